import { parseCookie, stringifySetCookie } from 'cookie';
import type { Request, Response } from 'express';

export interface PrivateCookie {
  /** Without prefix. */
  readonly name: string;
  /** Behind https: `Secure`, and the `__Host-` prefix that keeps other hosts of the domain from writing it. */
  readonly secure: boolean;
}

/** Adds a cookie that only this site reads: http-only, SameSite=Lax, for the whole site. An age of 0 takes it away. */
export function writePrivateCookie(
  res: Response,
  {
    name,
    value,
    maxAgeSeconds,
    secure,
  }: PrivateCookie & { readonly value: string; readonly maxAgeSeconds: number },
): void {
  res.append(
    'set-cookie',
    stringifySetCookie({
      name: wireName({ name, secure }),
      value,
      maxAge: maxAgeSeconds,
      path: '/',
      httpOnly: true,
      sameSite: 'lax',
      secure,
    }),
  );
}

/** Undefined also when the name comes twice: then somebody else set it as well, and neither is believed. */
export function readPrivateCookie(req: Request, cookie: PrivateCookie): string | undefined {
  const header = req.headers.cookie ?? '';
  const name = wireName(cookie);
  const times = header.split(';').filter((pair) => pair.split('=', 1)[0]?.trim() === name).length;
  return times === 1 ? parseCookie(header)[name] : undefined;
}

function wireName({ name, secure }: PrivateCookie): string {
  return secure ? `__Host-${name}` : name;
}
