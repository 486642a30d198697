import { type Author, DEFAULT_ENVIRONMENT } from '../../store/store.ts';
import type { DemoDeps } from './demo-deps.ts';

/** Keys by which the pages of a talk use the program's own interfaces, made when they are first needed. */
export interface OwnKeys {
  /** Of a viewer; undefined with AUTH=off, where none is needed. */
  token(author: Author): Promise<string | undefined>;
  sdkKey(author: Author): Promise<string>;
}

const LIFE_MS = 12 * 60 * 60_000;
/** With AUTH=off any text is a key, and an SDK wants one. */
const ANY_KEY = 'sdk-of-the-talk';

export function createOwnKeys({ keys, auth, now }: Pick<DemoDeps, 'keys' | 'auth' | 'now'>): OwnKeys {
  const made = new Map<'token' | 'sdk', Promise<string>>();
  const once = (name: 'token' | 'sdk', make: () => Promise<{ readonly plain: string }>): Promise<string> => {
    const known = made.get(name) ?? make().then(({ plain }) => plain);
    made.set(name, known);
    return known;
  };
  const expiresAt = (): string => new Date(now() + LIFE_MS).toISOString();
  return {
    token: async (author) =>
      auth
        ? once('token', () => keys.create(author, { kind: 'admin', role: 'viewer' }, 'talk', expiresAt()))
        : undefined,
    sdkKey: async (author) =>
      auth
        ? once('sdk', () =>
            keys.create(author, { kind: 'sdk', environment: DEFAULT_ENVIRONMENT }, 'talk', expiresAt()),
          )
        : ANY_KEY,
  };
}
