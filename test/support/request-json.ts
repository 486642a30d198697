import { request } from 'node:http';

export interface JsonRequest {
  readonly headers?: Readonly<Record<string, string>>;
  /** Default: POST with a body, GET without one. */
  readonly method?: 'PUT';
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Default 3,000: a program that hangs keeps its connections open. */
  readonly timeoutMs?: number;
}

/**
 * JSON over a connection of its own. Undefined where no whole answer comes: the program is away, is killed in the middle
 * of it, hangs, or answers nothing or no JSON.
 */
export function requestJson(
  url: string,
  { headers = {}, method, body, timeoutMs = 3_000 }: JsonRequest = {},
): Promise<{ readonly status: number; readonly body: unknown } | undefined> {
  return new Promise((resolve) => {
    const options = {
      agent: false,
      method: method ?? (body === undefined ? 'GET' : 'POST'),
      headers: { ...headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    };
    const asked = request(url, options, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('error', () => resolve(undefined));
      response.on('end', () => {
        const text = Buffer.concat(parts).toString();
        resolve({ status: response.statusCode ?? 0, body: text === '' ? undefined : JSON.parse(text) });
      });
    });
    const timer = setTimeout(() => asked.destroy(), timeoutMs);
    asked.on('error', () => resolve(undefined));
    asked.on('close', () => {
      clearTimeout(timer);
      resolve(undefined);
    });
    asked.end(body === undefined ? undefined : JSON.stringify(body));
  });
}
