import { crc32 } from 'node:zlib';
import { pyrolloutPercentile } from '../../evaluation/bucketing/pyrollout.ts';
import { checked, checkedData } from './checked-feature.ts';
import { unexpected } from './feature-error.ts';
import { memoryFeatureStorage, type FeatureStorage } from './feature-storage.ts';
import { Feature, type FeatureData } from './feature.ts';
import { plainUserStorage, type UserStorage } from './user-storage.ts';

export interface RolloutOptions<User> {
  /** Default: in memory. */
  readonly featureStorage?: FeatureStorage;
  /** Default: `id`, `groups` and properties of plain objects. */
  readonly userStorage?: UserStorage<User>;
  /** The result of `can` and `active` for an undefined feature. Default false. */
  readonly undefinedFeatureAccess?: boolean;
  /**
   * Which users come first as a percentage rises: `pyrollout` takes the id modulo 100, `ruby` the CRC-32 of the id as the
   * Ruby gem does. Default `pyrollout`.
   */
  readonly percentageBy?: 'pyrollout' | 'ruby';
}

/** CRC-32 has 32 bits: one hundredth of the highest is the gem's one percent. */
const RUBY_PERCENT = (2 ** 32 - 1) / 100;

/**
 * Features for some users, read with `can` and changed at run time with the calls of the Ruby gem `rollout`. Programs
 * that give features a predicate name their type of user, as in `new Rollout<Listener>()`.
 *
 * Changing an undefined feature defines it, empty but for the change.
 *
 * @throws FeatureError from every call, for an invalid feature, user or value; nothing has changed then
 * @throws FeatureStorageError from every call, when the storage fails
 * @example
 * const rollout = new Rollout<{ id: number; age: number }>();
 * await rollout.defineFeature(new Feature('chat', { predicate: ({ age }) => age >= 18 }));
 * await rollout.activateUser('chat', { id: 7, age: 12 });
 * await rollout.can({ id: 7, age: 12 }, 'chat'); // → true
 * await rollout.can({ id: 8, age: 12 }, 'chat'); // → false
 */
export class Rollout<User = unknown> {
  readonly #features: FeatureStorage;
  readonly #users: UserStorage<User>;
  readonly #undefinedFeatureAccess: boolean;
  readonly #percentageBy: 'pyrollout' | 'ruby';
  readonly #predicates = new Map<string, (user: User) => boolean>();

  /** @throws FeatureError for an unknown `percentageBy` */
  constructor(options: RolloutOptions<User> = {}) {
    const { percentageBy = 'pyrollout' } = options;
    if (!['pyrollout', 'ruby'].includes(percentageBy)) {
      throw unexpected('percentageBy', "'pyrollout' or 'ruby'", percentageBy);
    }
    this.#features = options.featureStorage ?? memoryFeatureStorage();
    this.#users = options.userStorage ?? plainUserStorage;
    this.#undefinedFeatureAccess = options.undefinedFeatureAccess ?? false;
    this.#percentageBy = percentageBy;
  }

  /**
   * Call this at the start of a program: it adds the feature unless one of its name is stored, and attaches its
   * predicate. What is stored stays, so that changes made at run time outlive a restart, also a predicate that was
   * switched off.
   */
  async defineFeature(feature: Feature<User>): Promise<void> {
    const { name } = definitionOf(feature);
    await this.#features.update(name, (stored) => withPredicate(stored ?? feature.definition, feature));
    this.#attach(feature);
  }

  /** Adds a feature. One of the same name is replaced with all that is stored of it, even where it is unreadable. */
  async addFeature(feature: Feature<User>): Promise<void> {
    const { name } = definitionOf(feature);
    await this.#features.set(name, feature.definition);
    this.#attach(feature);
  }

  /**
   * Whether a user may use a feature: by group, by user, by percentage, by property or by predicate. A predicate counts
   * where it is stored as on, and where this `Rollout` has it.
   */
  async can(user: User, name: string): Promise<boolean> {
    const feature = await this.#features.get(name);
    if (feature === undefined) return this.#undefinedFeatureAccess;
    return (
      this.#byGroup(feature, user) ||
      feature.users.includes(String(this.#users.id(user))) ||
      this.#byPercentage(feature, user) ||
      this.#byProperty(feature, user) ||
      this.#byPredicate(feature, user)
    );
  }

  /**
   * Whether a feature is on for a user (as `can`) or, without a user, for every user: by percentage, by the group `ALL`,
   * or because it is undefined and `undefinedFeatureAccess` is set.
   */
  async active(name: string, user?: User): Promise<boolean> {
    if (user !== undefined) return this.can(user, name);
    const feature = await this.#features.get(name);
    if (feature === undefined) return this.#undefinedFeatureAccess;
    return feature.percentage === 100 || feature.groups.includes('ALL');
  }

  /** On for every user. */
  async activate(name: string): Promise<void> {
    await this.activatePercentage(name, 100);
  }

  /**
   * Off for every user, in every program on the same storage: no users, groups or properties, 0 %, the predicate off.
   * Data stays.
   */
  async deactivate(name: string): Promise<void> {
    await this.#change(name, (feature) => ({
      ...feature,
      groups: [],
      users: [],
      percentage: 0,
      property: {},
      predicate: false,
    }));
  }

  /** @param group a name; `ALL` takes in every user, `NONE` no user by group, and they exclude each other */
  async activateGroup(name: string, group: string): Promise<void> {
    await this.#change(name, (feature) => ({ ...feature, groups: withItem(feature.groups, group) }));
  }

  /** The group's users may still be in by other conditions. */
  async deactivateGroup(name: string, group: string): Promise<void> {
    await this.#change(name, (feature) => ({ ...feature, groups: withoutItem(feature.groups, group) }));
  }

  /** Takes one user in; only the id is stored. */
  async activateUser(name: string, user: User): Promise<void> {
    const id = String(this.#users.id(user));
    await this.#change(name, (feature) => ({ ...feature, users: withItem(feature.users, id) }));
  }

  /** The user may still be in by other conditions. */
  async deactivateUser(name: string, user: User): Promise<void> {
    const id = String(this.#users.id(user));
    await this.#change(name, (feature) => ({ ...feature, users: withoutItem(feature.users, id) }));
  }

  /** These users and no others; groups, percentage and the rest stay. */
  async setUsers(name: string, users: readonly User[]): Promise<void> {
    if (!Array.isArray(users)) throw unexpected(`feature ${name}: users`, 'a list of users', users);
    const ids = users.map((user) => String(this.#users.id(user)));
    await this.#change(name, (feature) => ({ ...feature, users: [...new Set(ids)] }));
  }

  /** @param percentage 0–100 */
  async activatePercentage(name: string, percentage: number): Promise<void> {
    await this.#change(name, (feature) => ({ ...feature, percentage }));
  }

  /** To 0 %. */
  async deactivatePercentage(name: string): Promise<void> {
    await this.activatePercentage(name, 0);
  }

  /** The feature's predicate counts (again), in every program that has it. */
  async activatePredicate(name: string): Promise<void> {
    await this.#change(name, (feature) => ({ ...feature, predicate: true }));
  }

  /** The feature's predicate takes no user in, in any program, until `activatePredicate` or `addFeature`. */
  async deactivatePredicate(name: string): Promise<void> {
    await this.#change(name, (feature) => ({ ...feature, predicate: false }));
  }

  /** Adds to what the application keeps with the feature, field by field. @param data JSON values */
  async setFeatureData(name: string, data: { readonly [field: string]: unknown }): Promise<void> {
    const added = checkedData(name, data);
    await this.#change(name, (feature) => ({ ...feature, data: { ...feature.data, ...added } }));
  }

  /** Removes what the application keeps with the feature; who may use it stays. */
  async clearFeatureData(name: string): Promise<void> {
    await this.#change(name, (feature) => ({ ...feature, data: {} }));
  }

  /** What is stored of a feature, frozen; `undefined` for an undefined one. */
  async get(name: string): Promise<FeatureData | undefined> {
    return this.#features.get(name);
  }

  /** Several features as `get` gives them, in the order of their names here. */
  async multiGet(names: readonly string[]): Promise<readonly (FeatureData | undefined)[]> {
    return Promise.all(names.map((name) => this.#features.get(name)));
  }

  /** Whether the feature is defined, even where it is unreadable. */
  async exists(name: string): Promise<boolean> {
    return (await this.#features.names()).includes(name);
  }

  /** Names, in alphabetical order. */
  async features(): Promise<readonly string[]> {
    return this.#features.names();
  }

  /** Removes a feature, even an unreadable one; a missing one is no error. */
  async delete(name: string): Promise<void> {
    await this.#features.set(name, undefined);
    this.#predicates.delete(name);
  }

  /** Removes every feature. One that is added meanwhile stays. */
  async clear(): Promise<void> {
    for (const name of await this.#features.names()) await this.delete(name);
  }

  /** Closes the storage, after the pending changes. */
  async close(): Promise<void> {
    await this.#features.close();
  }

  #byGroup(feature: FeatureData, user: User): boolean {
    if (feature.groups.includes('ALL')) return true;
    if (feature.groups.includes('NONE')) return false;
    return this.#users.groups(user).some((group) => feature.groups.includes(group));
  }

  #byPercentage(feature: FeatureData, user: User): boolean {
    const id = this.#users.id(user);
    switch (this.#percentageBy) {
      case 'pyrollout':
        return pyrolloutPercentile(id, feature.name, feature.randomize) < feature.percentage;
      case 'ruby':
        return crc32(`${id}${feature.randomize ? feature.name : ''}`) < RUBY_PERCENT * feature.percentage;
    }
  }

  #byProperty(feature: FeatureData, user: User): boolean {
    return Object.entries(feature.property).some(([name, values]) =>
      [this.#users.property(user, name)].flat().some((value) => values.some((wanted) => wanted === value)),
    );
  }

  #byPredicate(feature: FeatureData, user: User): boolean {
    if (feature.predicate !== true) return false;
    const result: unknown = this.#predicates.get(feature.name)?.(user) ?? false;
    if (typeof result === 'boolean') return result;
    throw unexpected(`feature ${feature.name}: predicate`, 'true or false', result);
  }

  /** Called only after the feature is stored. */
  #attach({ definition, predicate }: Feature<User>): void {
    if (predicate === undefined) this.#predicates.delete(definition.name);
    else this.#predicates.set(definition.name, predicate);
  }

  /** An undefined feature starts empty, as in the gem. */
  async #change(name: string, change: (feature: FeatureData) => FeatureData): Promise<void> {
    await this.#features.update(name, (feature) => checked(change(feature ?? new Feature(name).definition)));
  }
}

/** Callers without types may pass anything. */
function definitionOf(feature: unknown): FeatureData {
  if (feature instanceof Feature) return feature.definition;
  throw unexpected('feature', 'a Feature', feature);
}

/** A feature that was stored without a predicate has one from now on; a predicate that was switched off stays off. */
function withPredicate<User>(stored: FeatureData, { predicate }: Feature<User>): FeatureData {
  return predicate === undefined ? stored : { ...stored, predicate: stored.predicate ?? true };
}

function withItem(list: readonly string[], item: string): readonly string[] {
  return list.includes(item) ? list : [...list, item];
}

function withoutItem(list: readonly string[], item: string): readonly string[] {
  return list.filter((other) => other !== item);
}
