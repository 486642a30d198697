import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createSettings, type Settings } from '../../src/access/settings.ts';
import { type Database, openDatabase } from '../../src/store/sql/database.ts';
import { type Author, DEFAULT_ENVIRONMENT, type EnvironmentRef } from '../../src/store/store.ts';

const ANN: Author = { id: 'ann', via: 'test' };
const STAGING: EnvironmentRef = { project: 'default', environment: 'staging' };

let database: Database;
let settings: Settings;
const open = (): Promise<Settings> =>
  createSettings({ database, now: () => 0, random: randomBytes, pollMs: null });

beforeEach(async () => {
  database = await openDatabase({ kind: 'sqlite', file: ':memory:' });
  settings = await open();
});

afterEach(async () => {
  settings.close();
  await database.close();
});

describe('an environment’s settings', () => {
  test('are open until somebody sets them', () => {
    expect(settings.environment(STAGING)).toEqual({ secureMode: false, allowedOrigins: '*' });
  });

  test('change only in what is named, and only there', async () => {
    await settings.changeEnvironment(ANN, STAGING, { secureMode: true });
    await settings.changeEnvironment(ANN, STAGING, { allowedOrigins: ['https://ok.example'] });
    expect(settings.environment(STAGING)).toEqual({
      secureMode: true,
      allowedOrigins: ['https://ok.example'],
    });
    expect(settings.environment(DEFAULT_ENVIRONMENT).secureMode).toBe(false);
  });

  test('are kept, and seen by another instance when it next looks', async () => {
    const other = await open();
    await settings.changeEnvironment(ANN, STAGING, { secureMode: true });
    expect(other.environment(STAGING).secureMode).toBe(false);
    await other.refresh();
    expect(other.environment(STAGING).secureMode).toBe(true);
    const later = await open();
    expect(later.environment(STAGING).secureMode).toBe(true);
    later.close();
    other.close();
  });
});

describe('secrets that sign', () => {
  test('are rotated while the program runs: those of the last two rotations are accepted still', async () => {
    const secrets = await settings.liveSecrets('cookies');
    const [first] = secrets();
    expect(await settings.rotateSecrets(ANN)).toEqual(['cookies']);
    const [second] = secrets();
    expect(secrets()).toEqual([second, first]);
    await settings.rotateSecrets(ANN);
    const [third] = secrets();
    expect(secrets()).toEqual([third, second, first]);
    await settings.rotateSecrets(ANN);
    expect(secrets().slice(1)).toEqual([third, second]);
    expect(new Set(secrets().map(String)).size).toBe(3);
  });

  test('are made once, the same in every instance, another for each purpose', async () => {
    const other = await open();
    const [one, two, session] = await Promise.all([
      settings.secrets('csrf'),
      other.secrets('csrf'),
      settings.secrets('session'),
    ]);
    expect(one).toEqual(two);
    expect(one).toHaveLength(1);
    expect(one[0]).toHaveLength(32);
    expect(session).not.toEqual(one);
    other.close();
  });

  test('once known need no database', async () => {
    await settings.secrets('csrf');
    await database.close();
    await expect(settings.secrets('csrf')).resolves.toHaveLength(1);
  });
});
