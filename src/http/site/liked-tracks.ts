import type { Request, Response } from 'express';
import type { PersonalCookies } from './personal-cookies.ts';

const LIKES_COOKIE = 'likes';
/** Keeps the cookie under 1.5 KB; the oldest like is dropped first. */
const MAX_LIKES = 80;

/** The ids of the tracks that this browser has liked, kept in its cookie. */
export interface LikedTracks {
  of(request: Request, response: Response): ReadonlySet<string>;
  add(request: Request, response: Response, trackId: string): void;
}

export function createLikedTracks(cookies: PersonalCookies): LikedTracks {
  const of = (request: Request, response: Response): ReadonlySet<string> => {
    const stored = cookies.read(request, response, LIKES_COOKIE);
    return new Set(stored === undefined || stored === '' ? [] : stored.split('.'));
  };
  return {
    of,
    add: (request, response, trackId) => {
      const likes = [...of(request, response)].filter((id) => id !== trackId);
      cookies.write(response, LIKES_COOKIE, [...likes, trackId].slice(-MAX_LIKES).join('.'));
    },
  };
}
