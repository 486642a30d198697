import { checked } from './checked-feature.ts';
import { unexpected } from './feature-error.ts';

/** What of a feature can be stored. Fields that others put there beside these stay there. */
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
  /** A user whose property has one of these values is in. */
  readonly property: { readonly [property: string]: readonly (string | number | boolean)[] };
  /**
   * Whether the feature's function counts, in every program that has it: `true` it does, `false` it was switched
   * off. Absent: the feature never had one.
   */
  readonly predicate?: boolean;
  /** Whatever the application wants to keep with the feature: JSON, at most 100 levels deep. */
  readonly data: { readonly [name: string]: unknown };
}

export interface FeatureOptions<User> {
  /** Names of groups; `ALL` is everybody, `NONE` nobody by group. Default none. */
  readonly groups?: readonly string[];
  /** User ids. Default none. */
  readonly users?: readonly (string | number)[];
  /** 0–100. Default 0. */
  readonly percentage?: number;
  /** Default false. */
  readonly randomize?: boolean;
  /** A property's name with the value, or the values, that let a user in; numbers are finite. Default none. */
  readonly property?: {
    readonly [property: string]: string | number | boolean | readonly (string | number | boolean)[];
  };
  /**
   * Lets in whoever it says `true` to. It lives in the program; only that there is one is stored. What it throws,
   * `can` rejects with. Default none.
   */
  readonly predicate?: (user: User) => boolean;
}

/** Who may use something: by group, by user, by percentage, by property or by a function; one of them is enough. */
export class Feature<User = unknown> {
  /** A copy: what becomes of the options later does not change it. */
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

/** One value stands for a list of one; what is no object is left for the check to refuse. */
function listsOf(property: unknown): unknown {
  if (typeof property !== 'object' || property === null || Array.isArray(property)) return property;
  return Object.fromEntries(Object.entries(property).map(([name, value]) => [name, [value].flat()]));
}
