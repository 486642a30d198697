import type { Agent, buildConnector, request } from 'undici';
import type { Targets } from './targets.ts';

export interface Outgoing {
  readonly url: string;
  readonly headers: { readonly [name: string]: string };
  readonly body: string;
}

export type RequestResult =
  | { readonly outcome: 'answered'; readonly status: number; readonly retryAfter: string | undefined }
  /** `blocked_address`: the name leads somewhere it must not; otherwise what went wrong, in a word or two. */
  | { readonly outcome: 'failed'; readonly error: string };

export interface GuardedRequester {
  /** POSTs once: no redirects, no cookies, at most ten seconds. Never throws. */
  post(outgoing: Outgoing): Promise<RequestResult>;
  close(): Promise<void>;
}

export interface GuardedRequesterDeps {
  readonly targets: Targets;
  /** Every address of a name; dns.lookup with `all`. */
  readonly resolve: (hostname: string) => Promise<readonly string[]>;
  /** Default 5,000 ms. */
  readonly connectTimeoutMs?: number;
  /** Default 10,000 ms. */
  readonly totalTimeoutMs?: number;
}

/** Kept of an answer's body, which is not read: enough to let the connection be used again. */
const MAX_ANSWER_BYTES = 65_536;

class BlockedAddressError extends Error {
  override readonly name = 'BlockedAddressError';
}

/**
 * Sends to addresses of others without being sent to our own. The name is looked up, what it leads to is checked, and
 * the connection goes to exactly that address, so that a second look-up cannot lead elsewhere. (A hook into undici's own
 * look-up would not be asked about addresses that are written as numbers.)
 */
export function createGuardedRequester({
  targets,
  resolve,
  connectTimeoutMs = 5_000,
  totalTimeoutMs = 10_000,
}: GuardedRequesterDeps): GuardedRequester {
  const checkedAddress = async (bracketed: string): Promise<string> => {
    const hostname = bracketed.replace(/^\[(.*)\]$/, '$1');
    const addresses = await resolve(hostname);
    const [first] = addresses;
    if (first === undefined) throw new Error('the name leads nowhere');
    // One bad address among good ones is how a name is turned around between two connections.
    if (!addresses.every((address) => targets.allows(hostname, address))) throw new BlockedAddressError();
    return first;
  };

  const connectChecked = async (
    connect: buildConnector.connector,
    ...[options, callback]: Parameters<buildConnector.connector>
  ): Promise<void> => {
    let address: string;
    try {
      address = await checkedAddress(options.hostname);
    } catch (error) {
      callback(error instanceof Error ? error : new Error(String(error)), null);
      return;
    }
    connect({ ...options, hostname: address }, callback);
  };

  /** undici takes 40 ms to load, and many an installation has no webhook: the first delivery loads it. */
  const openClient = async (): Promise<{ request: typeof request; agent: Agent }> => {
    const undici = await import('undici');
    const connect = undici.buildConnector({ timeout: connectTimeoutMs, allowH2: false });
    const agent = new undici.Agent({
      connect: (options, callback) => {
        void connectChecked(connect, options, callback);
      },
      // Connections are few and far between; an idle one is a socket to a stranger.
      keepAliveTimeout: 1_000,
      maxResponseSize: MAX_ANSWER_BYTES,
    });
    return { request: undici.request, agent };
  };
  let client: ReturnType<typeof openClient> | undefined;

  return {
    async post({ url, headers, body }) {
      const check = targets.check(url);
      if (!check.ok) return { outcome: 'failed', error: 'blocked_address' };
      try {
        const { request, agent } = await (client ??= openClient());
        const response = await request(check.url, {
          method: 'POST',
          headers: { ...headers, 'content-type': 'application/json', 'user-agent': 'dj-toggle-webhooks/1' },
          body,
          dispatcher: agent,
          signal: AbortSignal.timeout(totalTimeoutMs),
        });
        const retryAfter = response.headers['retry-after'];
        await response.body.dump({ limit: MAX_ANSWER_BYTES }).catch(() => {
          // The status has come; what follows it is of no interest, broken or not.
        });
        return {
          outcome: 'answered',
          status: response.statusCode,
          retryAfter: typeof retryAfter === 'string' ? retryAfter : undefined,
        };
      } catch (error) {
        return { outcome: 'failed', error: nameOf(error) };
      }
    },
    close: async () => {
      await (await client)?.agent.destroy();
    },
  };
}

/** A word, never a message: messages may tell what answers inside. */
function nameOf(error: unknown): string {
  if (error instanceof BlockedAddressError) return 'blocked_address';
  if (!(error instanceof Error)) return 'error';
  if (error.name === 'TimeoutError') return 'timeout';
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}
