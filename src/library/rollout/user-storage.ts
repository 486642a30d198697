import { unexpected } from './feature-error.ts';

/** How users are read. What it throws, the call that asked rejects with. */
export interface UserStorage<User> {
  id(user: User): string | number;
  /** Names of the groups that the user is in. */
  groups(user: User): readonly string[];
  /** A value, or a list of values of which one is enough; `undefined`: the user has no such property. */
  property(user: User, name: string): unknown;
}

/**
 * Users as most programs have them: objects with `id` (text or number), perhaps `groups` (a list or a Set of texts),
 * and any other property; own, inherited or by getter, but for what every object has (`toString`).
 * Rejects users that are otherwise with FeatureError.
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
