import { FeatureError } from './feature.ts';

/** How users are read. */
export interface UserStorage<User> {
  id(user: User): string | number;
  groups(user: User): readonly string[];
  property(user: User, name: string): unknown;
}

/** Users as most programs have them: objects with `id`, perhaps `groups`, and any other property. */
export const plainUserStorage: UserStorage<unknown> = {
  id: (user) => {
    const id = own(user, 'id');
    if (typeof id === 'string' || typeof id === 'number') return id;
    throw new FeatureError(`expected a user with an id that is a string or a number, got ${typeof id}`);
  },
  groups: (user) => {
    const groups = own(user, 'groups') ?? [];
    return Array.isArray(groups) ? groups.filter((group) => typeof group === 'string') : [];
  },
  property: own,
};

function own(user: unknown, name: string): unknown {
  return typeof user === 'object' && user !== null
    ? Object.getOwnPropertyDescriptor(user, name)?.value
    : undefined;
}
