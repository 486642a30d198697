import { parseCookie, stringifySetCookie } from 'cookie';
import type { Request, Response } from 'express';
import { createCookieSigner } from './signed-cookie.ts';

const YEAR_SECONDS = 365 * 24 * 60 * 60;

/** Signed cookies that only this site reads: http-only, SameSite=Lax, for the whole site. */
export interface PersonalCookies {
  /** What this site once wrote; undefined when there is none, or it is not ours, or it comes twice. */
  read(request: Request, response: Response, name: string): string | undefined;
  write(response: Response, name: string, payload: string): void;
  clear(response: Response, name: string): void;
}

export interface PersonalCookiesOptions {
  readonly secrets: readonly string[];
  /** Behind https: `Secure`, and the `__Host-` prefix that keeps other hosts of the domain from writing it. */
  readonly secure: boolean;
}

export function createPersonalCookies({ secrets, secure }: PersonalCookiesOptions): PersonalCookies {
  const signer = createCookieSigner(secrets);
  const wireName = (name: string): string => (secure ? `__Host-${name}` : name);
  const set = (response: Response, name: string, value: string, maxAge: number): void => {
    response.append(
      'Set-Cookie',
      stringifySetCookie({
        name: wireName(name),
        value,
        maxAge,
        path: '/',
        httpOnly: true,
        sameSite: 'lax',
        secure,
      }),
    );
  };
  const write = (response: Response, name: string, payload: string): void =>
    set(response, name, signer.sign(name, payload), YEAR_SECONDS);

  return {
    read: (request, response, name) => {
      const value = soleCookie(request.headers.cookie ?? '', wireName(name));
      const verified = value === undefined ? undefined : signer.verify(name, value);
      if (verified === undefined) return undefined;
      if (!verified.fresh) write(response, name, verified.payload);
      return verified.payload;
    },
    write,
    clear: (response, name) => set(response, name, '', 0),
  };
}

/** A name that comes twice was set by somebody else as well: neither is believed. */
function soleCookie(header: string, name: string): string | undefined {
  const times = header.split(';').filter((pair) => pair.split('=', 1)[0]?.trim() === name).length;
  return times === 1 ? parseCookie(header)[name] : undefined;
}
