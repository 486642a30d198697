import { createHmac, timingSafeEqual, type BinaryLike } from 'node:crypto';

const MAC_BYTES = 32;

export interface CookieSigner {
  /** `<payload as base64url>.<HMAC-SHA256 as base64url>`, made with the first secret. */
  sign(name: string, payload: string): string;
  /**
   * The payload, when one of the secrets made the signature for a cookie of this name.
   * `fresh` is false when an older secret did: sign again.
   */
  verify(name: string, value: string): { readonly payload: string; readonly fresh: boolean } | undefined;
}

/** The first secret signs, all verify, so that secrets can be rotated without losing anybody. */
export function createCookieSigner(secrets: readonly BinaryLike[]): CookieSigner {
  const [first] = secrets;
  if (first === undefined) throw new Error('a cookie signer needs at least one secret; got none');

  return {
    sign: (name, payload) => {
      const encoded = Buffer.from(payload, 'utf8').toString('base64url');
      return `${encoded}.${macOf(first, name, encoded).toString('base64url')}`;
    },
    verify: (name, value) => {
      const [, encoded, signature] = /^([\w-]{0,4000})\.([\w-]{43})$/.exec(value) ?? [];
      if (encoded === undefined || signature === undefined) return undefined;
      const given = Buffer.from(signature, 'base64url');
      // base64url has spare bits at the end: one text only may stand for a signature.
      if (given.length !== MAC_BYTES || given.toString('base64url') !== signature) return undefined;
      const maker = secrets.findIndex((secret) => timingSafeEqual(macOf(secret, name, encoded), given));
      if (maker < 0) return undefined;
      return { payload: Buffer.from(encoded, 'base64url').toString('utf8'), fresh: maker === 0 };
    },
  };
}

/** The name is signed with the value, so that a persona can never be passed off as a listener. */
const macOf = (secret: BinaryLike, name: string, encoded: string): Buffer =>
  createHmac('sha256', secret).update(`${name}=${encoded}`).digest();
