import { crc32, pyrolloutPercentile } from '../evaluation/index.ts';
import { checked, Feature, type FeatureData } from './rollout/feature.ts';
import { memoryFeatureStorage, type FeatureStorage } from './rollout/feature-storage.ts';
import { plainUserStorage, type UserStorage } from './rollout/user-storage.ts';

export { Feature, FeatureError } from './rollout/feature.ts';
export type { FeatureData, FeatureOptions } from './rollout/feature.ts';
export { memoryFeatureStorage } from './rollout/feature-storage.ts';
export type { FeatureStorage } from './rollout/feature-storage.ts';
export { fileFeatureStorage } from './rollout/file-feature-storage.ts';
export { memcachedFeatureStorage } from './rollout/memcached-feature-storage.ts';
export { postgresFeatureStorage, sqliteFeatureStorage } from './rollout/sql-feature-storage.ts';
export { plainUserStorage } from './rollout/user-storage.ts';
export type { UserStorage } from './rollout/user-storage.ts';

export interface RolloutOptions<User> {
  /** Default: in memory. */
  readonly featureStorage?: FeatureStorage;
  /** Default: `id`, `groups` and properties of plain objects. */
  readonly userStorage?: UserStorage<User>;
  /** What `can` says of a feature that nobody defined. Default false. */
  readonly undefinedFeatureAccess?: boolean;
  /**
   * Who comes first as a percentage rises: `pyrollout` takes the id modulo 100, `ruby` the CRC-32 of the id as the
   * Ruby gem does. Default `pyrollout`.
   */
  readonly percentageBy?: 'pyrollout' | 'ruby';
}

/** CRC-32 has 32 bits: one hundredth of the highest is the gem's one percent. */
const RUBY_PERCENT = (2 ** 32 - 1) / 100;

/**
 * Features for some users: asked with `can`, changed while running with the calls of the Ruby gem `rollout`.
 * Every call rejects with what the storage throws, and with FeatureError for a feature that cannot be.
 */
export class Rollout<User = unknown> {
  readonly #features: FeatureStorage;
  readonly #users: UserStorage<User>;
  readonly #undefinedFeatureAccess: boolean;
  readonly #percentageBy: 'pyrollout' | 'ruby';
  readonly #predicates = new Map<string, (user: User) => boolean>();

  constructor(options: RolloutOptions<User> = {}) {
    this.#features = options.featureStorage ?? memoryFeatureStorage();
    this.#users = options.userStorage ?? plainUserStorage;
    this.#undefinedFeatureAccess = options.undefinedFeatureAccess ?? false;
    this.#percentageBy = options.percentageBy ?? 'pyrollout';
  }

  /** Defines a feature; one of the same name is replaced. */
  async addFeature(feature: Feature<User>): Promise<void> {
    const { definition, predicate } = feature;
    if (predicate === undefined) this.#predicates.delete(definition.name);
    else this.#predicates.set(definition.name, predicate);
    await this.#features.update(definition.name, () => definition);
  }

  /** Whether a user may use a feature: by group, by user, by percentage, by property or by function. */
  async can(user: User, name: string): Promise<boolean> {
    const feature = await this.#features.get(name);
    if (feature === undefined) return this.#undefinedFeatureAccess;
    return (
      this.#byGroup(feature, user) ||
      feature.users.includes(String(this.#users.id(user))) ||
      this.#byPercentage(feature, user) ||
      this.#byProperty(feature, user) ||
      (this.#predicates.get(name)?.(user) ?? false)
    );
  }

  /** Whether a feature is on for a user or, without one, for everybody. */
  async active(name: string, user?: User): Promise<boolean> {
    if (user !== undefined) return this.can(user, name);
    const feature = await this.#features.get(name);
    return feature !== undefined && (feature.percentage === 100 || feature.groups.includes('ALL'));
  }

  /** On for everybody. */
  async activate(name: string): Promise<void> {
    await this.activatePercentage(name, 100);
  }

  /** Off for everybody: no users, no groups, no properties, 0 %. A predicate goes too; data stays. */
  async deactivate(name: string): Promise<void> {
    this.#predicates.delete(name);
    await this.#change(name, (feature) => ({
      ...feature,
      groups: [],
      users: [],
      percentage: 0,
      property: {},
    }));
  }

  async activateGroup(name: string, group: string): Promise<void> {
    await this.#change(name, (feature) => ({ ...feature, groups: withItem(feature.groups, group) }));
  }

  async deactivateGroup(name: string, group: string): Promise<void> {
    await this.#change(name, (feature) => ({ ...feature, groups: withoutItem(feature.groups, group) }));
  }

  async activateUser(name: string, user: User): Promise<void> {
    const id = String(this.#users.id(user));
    await this.#change(name, (feature) => ({ ...feature, users: withItem(feature.users, id) }));
  }

  async deactivateUser(name: string, user: User): Promise<void> {
    const id = String(this.#users.id(user));
    await this.#change(name, (feature) => ({ ...feature, users: withoutItem(feature.users, id) }));
  }

  /** @param percentage 0–100 */
  async activatePercentage(name: string, percentage: number): Promise<void> {
    await this.#change(name, (feature) => ({ ...feature, percentage }));
  }

  async deactivatePercentage(name: string): Promise<void> {
    await this.activatePercentage(name, 0);
  }

  /** Adds to what the application keeps with the feature. */
  async setFeatureData(name: string, data: { readonly [field: string]: unknown }): Promise<void> {
    await this.#change(name, (feature) => ({ ...feature, data: { ...feature.data, ...data } }));
  }

  async clearFeatureData(name: string): Promise<void> {
    await this.#change(name, (feature) => ({ ...feature, data: {} }));
  }

  async get(name: string): Promise<FeatureData | undefined> {
    return this.#features.get(name);
  }

  /** Names, in alphabetical order. */
  async features(): Promise<readonly string[]> {
    return this.#features.names();
  }

  async delete(name: string): Promise<void> {
    this.#predicates.delete(name);
    await this.#features.update(name, () => undefined);
  }

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

  /** A feature that nobody defined starts empty, as in the gem. */
  async #change(name: string, change: (feature: FeatureData) => FeatureData): Promise<void> {
    await this.#features.update(name, (feature) => checked(change(feature ?? new Feature(name).definition)));
  }
}

function withItem(list: readonly string[], item: string): readonly string[] {
  return list.includes(item) ? list : [...list, item];
}

function withoutItem(list: readonly string[], item: string): readonly string[] {
  return list.filter((other) => other !== item);
}
