/** One server-sent event. `data` may have any newlines; `event` and `id` may have none. */
export interface ServerSentEvent {
  readonly event?: string;
  readonly data: string;
  readonly id?: string;
  /** Milliseconds that the client waits before it connects again. */
  readonly retry?: number;
}

/** A comment line: keeps proxies and clients from taking silence for death. */
export const HEARTBEAT: Buffer = Buffer.from(':\n\n');

const NEWLINE = /\r\n|\r|\n/;

/**
 * The bytes of one event, ready to be shared by every connection.
 * https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
 *
 * @throws {TypeError} `event` or `id` holds CR, LF or NUL (they would start another field), or `retry` is not a whole number ≥ 0.
 */
export function encodeEvent({ event, data, id, retry }: ServerSentEvent): Buffer {
  let text = '';
  if (event !== undefined) text += `event: ${oneLine('event', event)}\n`;
  if (id !== undefined) text += `id: ${oneLine('id', id)}\n`;
  if (retry !== undefined) text += `retry: ${wholeMilliseconds(retry)}\n`;
  for (const line of data.split(NEWLINE)) text += `data: ${line}\n`;
  return Buffer.from(`${text}\n`);
}

/** Only tells the client how long to wait before it connects again; dispatches nothing. */
export function encodeRetry(retryMs: number): Buffer {
  return Buffer.from(`retry: ${wholeMilliseconds(retryMs)}\n\n`);
}

function oneLine(field: 'event' | 'id', value: string): string {
  for (const forbidden of ['\r', '\n', '\0']) {
    if (value.includes(forbidden)) {
      throw new TypeError(`a server-sent ${field} must be one line, but got ${JSON.stringify(value)}`);
    }
  }
  return value;
}

function wholeMilliseconds(value: number): number {
  if (Number.isSafeInteger(value) && value >= 0) return value;
  throw new TypeError(`a server-sent retry must be whole milliseconds ≥ 0, but got ${value}`);
}
