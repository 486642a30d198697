import type { ServerOptions } from 'node:http';

/**
 * What the server takes from a client before any of our code runs. Slow senders are cut within six seconds of headers
 * and 31 of a whole request, which is what 32 MiB of events need over a slow line or on a busy machine; streams are responses, so these times do not concern them.
 */
export const SERVER_LIMITS = {
  headersTimeout: 5_000,
  requestTimeout: 30_000,
  connectionsCheckingInterval: 1_000,
  /** Load balancers keep idle connections for 60 s; the side that closes first must be theirs. */
  keepAliveTimeout: 65_000,
  maxHeaderSize: 16_384,
  /** Node's own refusal is bare; `requestRules` has a body that says why. */
  requireHostHeader: false,
  insecureHTTPParser: false,
  /**
   * Sockets, streams included: what one process can hold without swapping. One address may have two thirds of them, two
   * addresses two fifths each (see `createAddressQuota`), so that some are left for pages and health.
   */
  maxConnections: 16_000,
  /** A client that neither sends nor takes anything of its response is cut; streams have limits of their own. */
  idleTimeout: 70_000,
} as const satisfies ServerOptions & { readonly maxConnections: number; readonly idleTimeout: number };
