import type { Client, Response } from 'memjs';
import { toError } from '../../shared/to-error.ts';
import { checkedTimeout } from './checked-timeout.ts';
import { unexpected } from './feature-error.ts';
import { optionalPackage } from './optional-package.ts';

export interface MemcachedConnection {
  /** For a server with SASL. Default none; memjs's environment variables are not read. */
  readonly username?: string;
  readonly password?: string;
  /** Milliseconds for a request, the time to connect included; at most a day. Default 1,000. */
  readonly timeoutMs?: number;
}

/** The binary protocol's operations and statuses: https://github.com/memcached/memcached/wiki/BinaryProtocolRevamped */
const GET = 0x00;
const ADD = 0x02;
const REPLACE = 0x03;
const DONE = 0x00;
const NOT_FOUND = 0x01;
const EXISTS = 0x02;
/** Flags 0, no expiry. */
const KEEP = Buffer.alloc(8);
const CAS_OFFSET = 16;
const USUAL_PORT = 11_211;

export interface MemcachedItem {
  /** The text, and memcached's number for this state of it; undefined when there is none. */
  get(): Promise<{ readonly text: string; readonly cas: Buffer } | undefined>;
  /** `false`: it exists. */
  add(text: string): Promise<boolean>;
  /** `false`: it changed, or is gone. */
  replace(text: string, cas: Buffer): Promise<boolean>;
  /** Rejects pending requests and every later call. */
  close(): void;
}

/**
 * One item of memcached with compare-and-swap: memjs speaks the protocol, but has no calls for it. There is no plain `set`,
 * because it deletes the old item when the new one is too large.
 *
 * @throws FeatureError for an invalid address or timeout
 */
export function memcachedItem(
  address: string,
  key: string,
  connection: MemcachedConnection = {},
): MemcachedItem {
  const { username = '', password = '' } = connection;
  const timeoutMs = checkedTimeout('timeoutMs', connection.timeoutMs ?? 1_000);
  const { host, port } = hostAndPort(address);
  const memjs = optionalPackage('memjs');
  const connect = (): Client => {
    // The timer below fires earlier.
    const timeout = (timeoutMs * 2) / 1_000;
    const server = new memjs.Server(host, port, username, password, { timeout, conntimeout: timeout });
    // Without them memjs would read the environment, whose credentials may be meant for another server.
    Object.assign(server, { username, password });
    // The caller gets every problem as a rejection.
    return new memjs.Client([server], { retries: 1, logger: { log: () => undefined } });
  };
  let client = connect();
  let closed = false;

  /** memjs carries half a response over to the next connection, and forgets requests when the server hangs up. */
  const reconnect = (broken: Client, reason: Error): void => {
    if (broken === client) client = connect();
    for (const each of broken.servers) each.error(reason);
  };

  const request = (opcode: number, text?: string, cas?: Buffer): Promise<Response> => {
    if (closed) return Promise.reject(new Error('closed'));
    const { promise, resolve, reject } = Promise.withResolvers<Response>();
    const asked = client;
    const fail = (error: unknown): void => {
      clearTimeout(deadline);
      const reason = toError(error);
      reject(reason);
      reconnect(asked, reason);
    };
    const deadline = setTimeout(() => fail(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
    try {
      asked.incrSeq();
      const extras = text === undefined ? Buffer.alloc(0) : KEEP;
      const packet = memjs.Utils.makeRequestBuffer(opcode, key, extras, text ?? '', asked.seq);
      if (cas !== undefined) packet.set(cas, CAS_OFFSET);
      asked.perform(key, packet, asked.seq, (error: Error | string | null, response: Response) => {
        if (error !== null) {
          fail(error);
          return;
        }
        clearTimeout(deadline);
        resolve(response);
      });
    } catch (error) {
      fail(error);
    }
    return promise;
  };
  /** The response, or `undefined` for one of the statuses in `no`. */
  const send = async (
    no: readonly number[],
    ...asked: Parameters<typeof request>
  ): Promise<Response | undefined> => {
    const response = await request(...asked);
    const { status } = response.header;
    if (status === DONE) return response;
    if (no.includes(status)) return undefined;
    throw new Error(response.val.toString('utf8') || `status ${status}`);
  };

  return {
    get: async () => {
      const response = await send([NOT_FOUND], GET);
      return response && { text: response.val.toString('utf8'), cas: response.header.cas };
    },
    add: async (text) => (await send([EXISTS], ADD, text)) !== undefined,
    replace: async (text, cas) => (await send([EXISTS, NOT_FOUND], REPLACE, text, cas)) !== undefined,
    close: () => {
      closed = true;
      for (const each of client.servers) each.error(new Error('closed'));
    },
  };
}

function hostAndPort(address: unknown): { readonly host: string; readonly port: number } {
  const [, host, digits] =
    (typeof address === 'string' && /^([^\s:@,/[\]]+|\[[\da-f:.]+\])(?::(\d{1,5}))?$/i.exec(address)) || [];
  const port = Number(digits ?? USUAL_PORT);
  if (host === undefined || port < 1 || port > 65_535) {
    // The part before an @ may be a password.
    const shown = typeof address === 'string' ? address.replace(/^.*@/s, '…@') : address;
    throw unexpected('memcached', `an address, host:port with a port from 1 to 65535`, shown);
  }
  return { host: host.replace(/^\[|\]$/g, ''), port };
}
