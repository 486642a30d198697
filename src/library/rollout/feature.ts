import { checked } from './checked-feature.ts';
import { unexpected } from './feature-error.ts';

/** A feature as it is stored. Unknown fields beside these are kept. */
export interface FeatureData {
  /** Not empty; no NUL and no half of a surrogate pair, which not every storage can keep. */
  readonly name: string;
  readonly groups: readonly string[];
  /** User ids, as text. */
  readonly users: readonly string[];
  /** 0–100. */
  readonly percentage: number;
  /** Shifts the percentage by the feature's name, so that features do not all start with the same users. */
  readonly randomize: boolean;
  /** Users whose property has one of these values are in. */
  readonly property: { readonly [property: string]: readonly (string | number | boolean)[] };
  /**
   * Whether the feature's predicate counts, in every program that has it; `false`: it was switched off. Absent: the
   * feature never had one.
   */
  readonly predicate?: boolean;
  /** Whatever the application wants to keep with the feature: JSON, at most 100 levels deep. */
  readonly data: { readonly [name: string]: unknown };
}

export interface FeatureOptions<User> {
  /** Names of groups; `ALL` is every user, `NONE` no user by group. Default none. */
  readonly groups?: readonly string[];
  /** User ids. Default none. */
  readonly users?: readonly (string | number)[];
  /** 0–100. Default 0. */
  readonly percentage?: number;
  /** Default false. */
  readonly randomize?: boolean;
  /** The value, or values, of a property whose users are in; numbers are finite. Default none. */
  readonly property?: {
    readonly [property: string]: string | number | boolean | readonly (string | number | boolean)[];
  };
  /**
   * Users for whom it returns `true` are in. The function itself is not stored, only that there is one; `can` rejects
   * with what it throws. Default none.
   */
  readonly predicate?: (user: User) => boolean;
}

/**
 * Who may use something: by group, user, percentage, property or predicate, of which one is enough.
 *
 * @example
 * new Feature('chat', { groups: ['staff'], percentage: 5 }).definition.groups; // → ['staff']
 */
export class Feature<User = unknown> {
  /** A copy of the options: later changes of them have no effect. */
  readonly definition: FeatureData;
  readonly predicate: ((user: User) => boolean) | undefined;

  /**
   * @throws FeatureError when the name is empty, an option is not of its type, the percentage is not 0–100, a property
   * is called `__proto__`, or `ALL` and `NONE` come together.
   */
  constructor(name: string, options: FeatureOptions<User> = {}) {
    const { groups = [], users = [], percentage = 0, randomize = false, property = {}, predicate } = options;
    const at = `feature ${name}`;
    if (predicate !== undefined && typeof predicate !== 'function') {
      throw unexpected(`${at}: predicate`, 'a function of the user', predicate);
    }
    if (!Array.isArray(users)) throw unexpected(`${at}: users`, 'a list of user ids', users);
    this.definition = checked({
      name,
      groups,
      users: users.map((id: unknown) => (typeof id === 'number' ? String(id) : id)),
      percentage,
      randomize,
      property: listsOf(property),
      ...(predicate === undefined ? {} : { predicate: true }),
      data: {},
    });
    this.predicate = predicate;
  }
}

/** One value becomes a list of one. What is not an object is left for the check to refuse. */
function listsOf(property: unknown): unknown {
  if (typeof property !== 'object' || property === null || Array.isArray(property)) return property;
  return Object.fromEntries(Object.entries(property).map(([name, value]) => [name, [value].flat()]));
}
