import { request, type IncomingMessage } from 'node:http';

export interface ReceivedEvent {
  readonly event: string;
  readonly data: string;
}

/** A plain reader of server-sent events: what a minimal client sees, in order. */
export interface SseClient {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  /** Everything so far. */
  readonly events: readonly ReceivedEvent[];
  readonly comments: number;
  readonly retry: number | undefined;
  /** The next event that was not taken yet, its data as JSON. */
  next(): Promise<{ readonly event: string; readonly data: unknown }>;
  readonly ended: Promise<void>;
  close(): void;
}

export async function openSse(
  url: string,
  {
    headers = {},
    method = 'GET',
    body,
  }: { readonly headers?: Record<string, string>; readonly method?: string; readonly body?: string } = {},
): Promise<SseClient> {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const sent = request(
      url,
      { method, headers: { accept: 'text/event-stream', ...headers }, agent: false },
      resolve,
    );
    sent.on('error', reject);
    sent.end(body);
  });
  const events: ReceivedEvent[] = [];
  const waiting: ((event: ReceivedEvent) => void)[] = [];
  let taken = 0;
  let comments = 0;
  let retry: number | undefined;
  let rest = '';
  response.setEncoding('utf8');
  response.on('data', (text: string) => {
    const blocks = (rest + text).split('\n\n');
    rest = blocks.pop() ?? '';
    for (const block of blocks) {
      const lines = block.split('\n');
      const field = (name: string): string[] =>
        lines.filter((line) => line.startsWith(`${name}: `)).map((line) => line.slice(name.length + 2));
      if (lines.some((line) => line.startsWith(':'))) comments += 1;
      if (field('retry').length > 0) retry = Number(field('retry')[0]);
      if (field('data').length === 0) continue;
      const received = { event: field('event')[0] ?? 'message', data: field('data').join('\n') };
      events.push(received);
      const waiter = waiting.shift();
      if (waiter !== undefined) {
        taken += 1;
        waiter(received);
      }
    }
  });
  const ended = new Promise<void>((resolve) => {
    response.on('close', resolve);
    response.on('error', () => resolve());
  });
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    events,
    get comments() {
      return comments;
    },
    get retry() {
      return retry;
    },
    async next() {
      const ready = events[taken];
      if (ready !== undefined) taken += 1;
      const { event, data } = ready ?? (await new Promise<ReceivedEvent>((resolve) => waiting.push(resolve)));
      return { event, data: data.trim() === '' ? data : JSON.parse(data) };
    },
    ended,
    close: () => response.destroy(),
  };
}
