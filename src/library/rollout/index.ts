/** `dj-toggle/rollout`. */
export { Rollout, type RolloutOptions } from './rollout.ts';
export { Feature, type FeatureData, type FeatureOptions } from './feature.ts';
export { FeatureError, FeatureStorageError } from './feature-error.ts';
export { memoryFeatureStorage, type FeatureStorage } from './feature-storage.ts';
export { fileFeatureStorage, type FileOptions } from './file-feature-storage.ts';
export { memcachedFeatureStorage, type MemcachedOptions } from './memcached-feature-storage.ts';
export {
  postgresFeatureStorage,
  type PostgresOptions,
  type PostgresPool,
} from './postgres-feature-storage.ts';
export { sqliteFeatureStorage } from './sqlite-feature-storage.ts';
export { plainUserStorage, type UserStorage } from './user-storage.ts';
