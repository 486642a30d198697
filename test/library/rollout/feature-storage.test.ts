import { join } from 'node:path';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { afterAll, beforeAll, describe } from 'vitest';
import {
  fileFeatureStorage,
  memcachedFeatureStorage,
  memoryFeatureStorage,
  postgresFeatureStorage,
  sqliteFeatureStorage,
} from '../../../src/library/rollout/index.ts';
import { memcachedPath, startMemcached } from '../../support/memcached.ts';
import { postgresBinaries } from '../../support/postgres-binaries.ts';
import { usePostgres } from '../../support/postgres.ts';
import { isShared, keepsFeatures } from './feature-storage-contract.ts';

const folder = mkdtempSync(join(tmpdir(), 'rollout-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let serial = 0;
const freshName = (): string => `storage_${(serial += 1)}`;

describe('features in memory', () => {
  keepsFeatures(memoryFeatureStorage);
});

describe('features in a file', () => {
  const path = (): string => join(folder, `${freshName()}.json`);
  keepsFeatures(() => fileFeatureStorage(path()));
  isShared(async () => {
    const file = path();
    return Promise.resolve({
      open: () => fileFeatureStorage(file),
      source: `fileFeatureStorage(${JSON.stringify(file)})`,
    });
  });
});

describe('features in SQLite', () => {
  const path = (): string => join(folder, `${freshName()}.db`);
  keepsFeatures(() => sqliteFeatureStorage(path()));
  isShared(async () => {
    const file = path();
    return Promise.resolve({
      open: () => sqliteFeatureStorage(file),
      source: `sqliteFeatureStorage(${JSON.stringify(file)})`,
    });
  });
});

describe.skipIf(postgresBinaries() === undefined)('features in PostgreSQL', () => {
  const server = usePostgres();
  keepsFeatures(async () => postgresFeatureStorage(await (await server()).freshDatabase()));
  isShared(async () => {
    const url = await (await server()).freshDatabase();
    return {
      open: () => postgresFeatureStorage(url),
      source: `postgresFeatureStorage(${JSON.stringify(url)})`,
    };
  });
});

describe.skipIf(memcachedPath() === undefined)('features in memcached', () => {
  let server: Awaited<ReturnType<typeof startMemcached>>;
  beforeAll(async () => {
    server = await startMemcached();
  });
  afterAll(async () => {
    await server.stop();
  });
  keepsFeatures(() => memcachedFeatureStorage(server.address, { prefix: `${freshName()}:` }));
  isShared(async () => {
    const prefix = `${freshName()}:`;
    return Promise.resolve({
      open: () => memcachedFeatureStorage(server.address, { prefix }),
      source: `memcachedFeatureStorage(${JSON.stringify(server.address)}, ${JSON.stringify({ prefix })})`,
    });
  });
});
