import type { BinaryLike } from 'node:crypto';
import type { Request, Response } from 'express';
import { LRUCache } from 'lru-cache';
import { readPrivateCookie, writePrivateCookie } from '../auth/private-cookie.ts';
import { type CookieSigner, createCookieSigner } from '../auth/signed-cookie.ts';

const YEAR_SECONDS = 365 * 24 * 60 * 60;
/** A few hundred bytes each. */
const MAX_REMEMBERED = 5_000;

/** Signed cookies that only this site reads. */
export interface PersonalCookies {
  /** What this site once wrote; undefined when there is none, its signature is not ours, or it comes twice. */
  read(request: Request, response: Response, name: string): string | undefined;
  write(response: Response, name: string, payload: string): void;
  clear(response: Response, name: string): void;
}

export interface PersonalCookiesOptions {
  /** The first signs, all verify. At least one. Asked each time, since they are rotated while the program runs. */
  readonly secrets: () => readonly BinaryLike[];
  readonly secure: boolean;
}

export function createPersonalCookies({ secrets, secure }: PersonalCookiesOptions): PersonalCookies {
  let known = secrets();
  let signer = createCookieSigner(known);
  const currentSigner = (): CookieSigner => {
    const current = secrets();
    if (current !== known) {
      [known, signer] = [current, createCookieSigner(current)];
      verifiedPayloads.clear();
    }
    return signer;
  };
  /** The payload by the signed text, so that a listener's cookie is verified once and not for every page. */
  const verifiedPayloads = new LRUCache<string, string>({ max: MAX_REMEMBERED });
  const write = (response: Response, name: string, payload: string): void =>
    writePrivateCookie(response, {
      name,
      value: currentSigner().sign(name, payload),
      maxAgeSeconds: YEAR_SECONDS,
      secure,
    });

  return {
    read: (request, response, name) => {
      const value = readPrivateCookie(request, { name, secure });
      if (value === undefined) return undefined;
      const signing = currentSigner();
      const key = `${name}=${value}`;
      const payload = verifiedPayloads.get(key);
      if (payload !== undefined) return payload;
      const verified = signing.verify(name, value);
      if (verified === undefined) return undefined;
      if (verified.fresh) verifiedPayloads.set(key, verified.payload);
      else write(response, name, verified.payload);
      return verified.payload;
    },
    write,
    clear: (response, name) => writePrivateCookie(response, { name, value: '', maxAgeSeconds: 0, secure }),
  };
}
