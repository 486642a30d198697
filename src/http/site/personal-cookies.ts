import type { BinaryLike } from 'node:crypto';
import type { Request, Response } from 'express';
import { readPrivateCookie, writePrivateCookie } from '../auth/private-cookie.ts';
import { createCookieSigner } from '../auth/signed-cookie.ts';

const YEAR_SECONDS = 365 * 24 * 60 * 60;

/** Signed cookies that only this site reads. */
export interface PersonalCookies {
  /** What this site once wrote; undefined when there is none, or it is not ours, or it comes twice. */
  read(request: Request, response: Response, name: string): string | undefined;
  write(response: Response, name: string, payload: string): void;
  clear(response: Response, name: string): void;
}

export interface PersonalCookiesOptions {
  /** The first signs, all verify. At least one. */
  readonly secrets: readonly BinaryLike[];
  readonly secure: boolean;
}

export function createPersonalCookies({ secrets, secure }: PersonalCookiesOptions): PersonalCookies {
  const signer = createCookieSigner(secrets);
  const write = (response: Response, name: string, payload: string): void =>
    writePrivateCookie(response, {
      name,
      value: signer.sign(name, payload),
      maxAgeSeconds: YEAR_SECONDS,
      secure,
    });

  return {
    read: (request, response, name) => {
      const value = readPrivateCookie(request, { name, secure });
      const verified = value === undefined ? undefined : signer.verify(name, value);
      if (verified === undefined) return undefined;
      if (!verified.fresh) write(response, name, verified.payload);
      return verified.payload;
    },
    write,
    clear: (response, name) => writePrivateCookie(response, { name, value: '', maxAgeSeconds: 0, secure }),
  };
}
