import { Client, Utils, type Response } from 'memjs';

export interface MemcachedConnection {
  /** For a server that asks for them (SASL). Default none. */
  readonly username?: string;
  readonly password?: string;
  /** Milliseconds until a request must be answered, the time to connect included. Default 1,000. */
  readonly timeoutMs?: number;
}

/** What stands under a key, and the number that memcached gave this very state of it. */
export interface MemcachedItem {
  readonly text: string;
  readonly cas: Buffer;
}

/** The binary protocol's operations and statuses: https://github.com/memcached/memcached/wiki/BinaryProtocolRevamped */
const GET = 0x00;
const ADD = 0x02;
const REPLACE = 0x03;
const DELETE = 0x04;
const DONE = 0x00;
const NOT_FOUND = 0x01;
const EXISTS = 0x02;
const NO_EXTRAS = Buffer.alloc(0);
/** Flags 0, no expiry. */
const KEEP = Buffer.alloc(8);
const CAS_OFFSET = 16;

export interface MemcachedItems {
  get(key: string): Promise<MemcachedItem | undefined>;
  /** `false`: there is something already. */
  add(key: string, text: string): Promise<boolean>;
  /** `false`: it changed, or went. */
  replace(key: string, text: string, cas: Buffer): Promise<boolean>;
  /** `false`: it changed, or went. */
  delete(key: string, cas: Buffer): Promise<boolean>;
  close(): void;
}

/**
 * memcached's items with compare-and-swap, which memjs speaks the protocol for but has no calls for. There is no
 * plain `set`: it drops what was there when the new value is too large.
 */
export function memcachedItems(server: string, connection: MemcachedConnection = {}): MemcachedItems {
  const { username, password, timeoutMs = 1_000 } = connection;
  const connect = (): Client =>
    Client.create(server, {
      retries: 1,
      // The deadline below comes first.
      timeout: (timeoutMs * 2) / 1_000,
      // Every problem reaches the caller as a rejection.
      logger: { log: () => undefined },
      username,
      password,
    });
  let client = connect();

  /** memjs keeps half an answer over to the next connection, and forgets requests when the server hangs up. */
  const startAgain = (broken: Client, reason: Error): void => {
    if (broken === client) client = connect();
    for (const each of broken.servers) each.error(reason);
  };

  const request = (
    opcode: number,
    key: string,
    body: { readonly extras: Buffer; readonly text?: string; readonly cas?: Buffer },
  ): Promise<Response> => {
    const { promise, resolve, reject } = Promise.withResolvers<Response>();
    const asked = client;
    const deadline = setTimeout(
      () => startAgain(asked, new Error(`no answer within ${timeoutMs} ms`)),
      timeoutMs,
    );
    asked.incrSeq();
    const packet = Utils.makeRequestBuffer(opcode, key, body.extras, body.text ?? '', asked.seq);
    if (body.cas !== undefined) packet.set(body.cas, CAS_OFFSET);
    asked.perform(key, packet, asked.seq, (error: Error | string | null, response: Response) => {
      clearTimeout(deadline);
      if (error === null) {
        resolve(response);
        return;
      }
      const reason = typeof error === 'string' ? new Error(error) : error;
      reject(reason);
      startAgain(asked, reason);
    });
    return promise;
  };

  return {
    get: async (key) => {
      const sent = request(GET, key, { extras: NO_EXTRAS });
      if (!(await done(sent, [NOT_FOUND]))) return undefined;
      const { header, val } = await sent;
      return { text: val.toString('utf8'), cas: header.cas };
    },
    add: (key, text) => done(request(ADD, key, { extras: KEEP, text }), [EXISTS]),
    replace: (key, text, cas) =>
      done(request(REPLACE, key, { extras: KEEP, text, cas }), [EXISTS, NOT_FOUND]),
    delete: (key, cas) => done(request(DELETE, key, { extras: NO_EXTRAS, cas }), [EXISTS, NOT_FOUND]),
    close: () => {
      for (const each of client.servers) each.error(new Error('closed'));
    },
  };
}

/** Whether it was done; `no` are the statuses that say that it was not for the item to allow. */
async function done(sent: Promise<Response>, no: readonly number[]): Promise<boolean> {
  const { header, val } = await sent;
  if (header.status === DONE) return true;
  if (no.includes(header.status)) return false;
  throw new Error(val.toString('utf8') || `status ${header.status}`);
}
