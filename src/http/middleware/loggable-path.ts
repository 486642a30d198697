import { withoutSecrets } from '../../access/key-format.ts';

/** The paths in which a key, a context or a person's id travels; every segment that is not one of WORDS is hidden there. */
const PERSONAL = new Set(['sdk', 'msdk', 'eval', 'meval', 'ping', 'mobile', 'a', 'users']);
const EVENTS = /^\/events\/(?:bulk|diagnostic)(?:\/|$)/;
const WORDS = new Set(
  'sdk msdk eval evalx meval ping mobile a users user events bulk diagnostic context contexts goals poll stream flags segments latest-all'.split(
    ' ',
  ),
);
const MAX_PATH = 200;

/** A request's path as a log may keep it: without the query (persons, tokens and hashes), without keys and contexts. */
export function loggablePath(url: string): string {
  const path = url.split('?', 1)[0] ?? '';
  const segments = path.split('/');
  const hidden =
    PERSONAL.has(segments[1] ?? '') || EVENTS.test(path)
      ? segments.map((segment) => (segment === '' || WORDS.has(segment) ? segment : '*')).join('/')
      : withoutSecrets(path, '*');
  return hidden.length <= MAX_PATH ? hidden : `${hidden.slice(0, MAX_PATH)}…`;
}
