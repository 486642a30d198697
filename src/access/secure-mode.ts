import { createHmac, timingSafeEqual } from 'node:crypto';

/**
 * Whether `hash` is the lower-case hexadecimal HMAC-SHA256 of the canonical context key under one of `hmacKeys`.
 *
 * LaunchDarkly's secure mode keys the HMAC with the SDK key itself, of which the database has only the SHA-256 digest.
 * That is enough: HMAC replaces a key longer than the hash's block (64 bytes) by its hash before it does anything else
 * (RFC 2104, section 2), and every SDK key made here is 76 bytes long. So for a long key the digest is the HMAC key,
 * and no secret has to be kept in the clear or next to the key that would decrypt it. Who steals the digests could
 * compute such hashes, which only say "this context may be asked for"; they give access to nothing else.
 * A shorter SDK key can only come from the configuration and is known there (`undefined` here once it no longer is).
 */
export function matchesSecureModeHash(
  hmacKeys: readonly (Buffer | string | undefined)[],
  canonicalKey: string,
  hash: string,
): boolean {
  if (!/^[0-9a-f]{64}$/.test(hash)) return false;
  const presented = Buffer.from(hash, 'hex');
  return hmacKeys.some(
    (key) =>
      key !== undefined &&
      timingSafeEqual(createHmac('sha256', key).update(canonicalKey, 'utf8').digest(), presented),
  );
}
