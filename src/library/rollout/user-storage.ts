import { unexpected } from './feature-error.ts';

/** How a `Rollout` reads users. Its calls reject with what these functions throw. */
export interface UserStorage<User> {
  id(user: User): string | number;
  /** Names of the groups that the user is in. */
  groups(user: User): readonly string[];
  /** A value, or a list of values of which one is enough; `undefined`: the user has no such property. */
  property(user: User, name: string): unknown;
}

/**
 * Reads users that are objects with an `id` (text or number), optional `groups` (a list or a Set of texts) and other
 * properties; own, inherited or by getter, except those of every object (`toString`).
 *
 * @throws FeatureError for other users
 * @example
 * plainUserStorage.groups({ id: 7, groups: ['staff'] }); // → ['staff']
 */
export const plainUserStorage: UserStorage<unknown> = {
  id: (user) => {
    const id = read(user, 'id');
    if (typeof id === 'string' || typeof id === 'number') return id;
    throw unexpected('user', 'a user with an id that is a string or a number', id);
  },
  groups: (user) => {
    const groups = read(user, 'groups') ?? [];
    const list: readonly unknown[] | undefined =
      groups instanceof Set ? [...groups] : Array.isArray(groups) ? groups : undefined;
    if (list?.every((group) => typeof group === 'string') === true) return list;
    throw unexpected('user: groups', 'a list or a Set of texts', groups);
  },
  property: read,
};

function read(user: unknown, name: string): unknown {
  if (typeof user !== 'object' || user === null) return undefined;
  if (name in Object.prototype && !Object.hasOwn(user, name)) return undefined;
  return Reflect.get(user, name);
}
