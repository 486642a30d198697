import { hash } from 'node:crypto';
import { crc32 } from 'node:zlib';

/** `client-side-id`: public, names an environment; the others are secrets. */
export const KEY_KINDS = ['admin', 'sdk', 'mobile', 'client-side-id'] as const;
export type KeyKind = (typeof KEY_KINDS)[number];

const SECRET_PREFIX = { admin: 'djt_adm_', sdk: 'sdk-', mobile: 'mob-' } as const;
const SECRET_BYTES = 32;
/** As LaunchDarkly's: 24 hexadecimal digits. */
const CLIENT_SIDE_ID_BYTES = 12;
/** SHA-256 works in blocks of 64 bytes; HMAC (RFC 2104, section 2) hashes keys that are longer before it uses them. */
export const HMAC_BLOCK_BYTES = 64;

const SECRET_PREFIXES = Object.values(SECRET_PREFIX);
/** What a key of ours looks like anywhere in a text, for secret scanners; see `withoutSecrets`. */
export const SECRET_PATTERN = /(?:djt_adm_|sdk-|mob-)[0-9a-f]{72}/g;

/** A text with something else in the place of what looks like a key of ours. */
export function withoutSecrets(text: string, replacement: string): string {
  // Of each line of a log, which hardly ever holds one; looking for the prefixes takes a fifth of the pattern's time.
  return SECRET_PREFIXES.some((prefix) => text.includes(prefix))
    ? text.replaceAll(SECRET_PATTERN, replacement)
    : text;
}

/**
 * A new key: prefix, 256 random bits and a CRC-32, in hexadecimal, which makes every secret longer than a HMAC block.
 * `random` gives that many random bytes.
 */
export function generateKey(kind: KeyKind, random: (bytes: number) => Buffer): string {
  if (kind === 'client-side-id') return random(CLIENT_SIDE_ID_BYTES).toString('hex');
  const body = `${SECRET_PREFIX[kind]}${random(SECRET_BYTES).toString('hex')}`;
  return `${body}${checksum(body)}`;
}

/** Whether it is one of our secrets, whole and without a slip of the pen; says nothing of whether it is known. */
export function isWellFormedSecret(key: string): boolean {
  const match = /^(?:djt_adm_|sdk-|mob-)[0-9a-f]{72}$/.test(key);
  return match && key.endsWith(checksum(key.slice(0, -8)));
}

export function digestOf(key: string): Buffer {
  return hash('sha256', key, 'buffer');
}

/** What a list may show of a secret: enough to tell two apart, far too little to guess one. */
export function hintsOf(kind: KeyKind, key: string): { readonly prefix: string; readonly last4: string } {
  if (kind === 'client-side-id') return { prefix: key.slice(0, 8), last4: key.slice(-4) };
  const own = SECRET_PREFIX[kind];
  // A short key from the configuration would give away too much of itself.
  if (key.length < 32) return { prefix: key.startsWith(own) ? own : '', last4: '' };
  return {
    prefix: key.startsWith(own) ? key.slice(0, own.length + 4) : key.slice(0, 4),
    last4: key.slice(-4),
  };
}

function checksum(body: string): string {
  return crc32(body).toString(16).padStart(8, '0');
}
