import { createHmac } from 'node:crypto';

const PREFIX = 'whsec_';

/** Standard Webhooks 1.0.0: base64 of 24 to 64 random bytes, with a prefix that secret scanners know. */
export const newSecret = (random: (bytes: number) => Buffer): string =>
  PREFIX + random(32).toString('base64');

/**
 * The three headers of Standard Webhooks 1.0.0: an HMAC-SHA256 over `id.timestamp.body`, once for each live secret.
 * @param atMs epoch milliseconds; receivers refuse what is older than five minutes, so every attempt is signed anew
 */
export function signedHeaders(
  id: string,
  atMs: number,
  body: string,
  secrets: readonly string[],
): {
  readonly 'webhook-id': string;
  readonly 'webhook-timestamp': string;
  readonly 'webhook-signature': string;
} {
  const timestamp = String(Math.floor(atMs / 1000));
  const signatures = secrets.map((secret) => {
    const key = Buffer.from(secret.slice(PREFIX.length), 'base64');
    return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`;
  });
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures.join(' ') };
}
