import { createHmac, randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { isWellFormedSecret, SECRET_PATTERN } from '../../src/access/key-format.ts';
import { createKeys, type Keys } from '../../src/access/keys.ts';
import { type Database, openDatabase } from '../../src/store/sql/database.ts';
import { type Author, DEFAULT_ENVIRONMENT, type EnvironmentRef } from '../../src/store/store.ts';

const ANN: Author = { id: 'ann', via: 'test', address: '192.0.2.7' };
const STAGING: EnvironmentRef = { project: 'default', environment: 'staging' };
const START = Date.UTC(2026, 10, 20, 22);

let database: Database;
let clock: number;
let keys: Keys;

const open = (): Promise<Keys> =>
  createKeys({ database, now: () => clock, random: randomBytes, pollMs: null });

beforeEach(async () => {
  clock = START;
  database = await openDatabase({ kind: 'sqlite', file: ':memory:' });
  keys = await open();
});

afterEach(async () => {
  await keys.close();
  await database.close();
});

const outcomeOf = async (presented: string): Promise<string> => (await keys.verify(presented)).outcome;
const everythingStored = async (): Promise<string> =>
  JSON.stringify(
    await Promise.all(
      (['api_keys', 'key_events', 'settings'] as const).map((table) =>
        database.kysely.selectFrom(table).selectAll().execute(),
      ),
    ),
  );

describe('a new key', () => {
  test.each([
    ['an administrator’s token', { kind: 'admin', role: 'operator' }, /^djt_adm_[0-9a-f]{72}$/],
    ['an SDK key', { kind: 'sdk', environment: STAGING }, /^sdk-[0-9a-f]{72}$/],
    ['a mobile key', { kind: 'mobile', environment: STAGING }, /^mob-[0-9a-f]{72}$/],
    ['a client-side ID', { kind: 'client-side-id', environment: STAGING }, /^[0-9a-f]{24}$/],
  ] as const)('%s is valid', async (_what, scope, form) => {
    const { plain, key } = await keys.create(ANN, scope, 'booth');
    expect(plain).toMatch(form);
    expect(key).toMatchObject({ name: 'booth', createdBy: 'ann', ...scope });
    expect(await keys.verify(plain)).toEqual({ outcome: 'valid', key });
  });

  test('is nowhere in the database, save a client-side ID, which is public', async () => {
    const scopes = [
      { kind: 'admin', role: 'admin' },
      { kind: 'sdk', environment: STAGING },
      { kind: 'mobile', environment: STAGING },
    ] as const;
    for (const scope of scopes) await keys.create(ANN, scope, 'booth');
    const { plain } = await keys.create(ANN, { kind: 'client-side-id', environment: STAGING }, 'page');
    const stored = await everythingStored();
    expect(stored).not.toMatch(SECRET_PATTERN);
    expect(stored).toContain(plain);
    expect(keys.clientSideIds(STAGING)).toEqual([plain]);
  });

  test('is listed by its first characters and its last four', async () => {
    const { plain } = await keys.create(ANN, { kind: 'admin', role: 'viewer' }, 'wall');
    expect(keys.list()).toEqual([
      expect.objectContaining({ prefix: plain.slice(0, 12), last4: plain.slice(-4), value: null }),
    ]);
    expect(JSON.stringify(keys.list())).not.toContain(plain);
  });

  test('carries a checksum that finds a slip of the pen', async () => {
    const { plain } = await keys.create(ANN, { kind: 'sdk', environment: STAGING }, 'booth');
    expect(isWellFormedSecret(plain)).toBe(true);
    const slipped = plain.replace(/[0-9a-f]$/, (last) => (last === '0' ? '1' : '0'));
    expect(isWellFormedSecret(slipped)).toBe(false);
  });

  test('may end at a given time', async () => {
    const { plain } = await keys.create(
      ANN,
      { kind: 'admin', role: 'viewer' },
      'guest',
      new Date(START + 1000).toISOString(),
    );
    expect(await outcomeOf(plain)).toBe('valid');
    clock += 1000;
    expect(await outcomeOf(plain)).toBe('invalid');
  });
});

describe('a key that opens nothing', () => {
  test.each([
    ['empty', ''],
    ['10 KB', 'k'.repeat(10_240)],
    ['non-ASCII', 'ключ'],
    ['of a prototype', '__proto__'],
  ])('%s', async (_what, presented) => {
    expect(await keys.verify(presented)).toEqual({ outcome: 'invalid' });
  });

  test('one character wrong, at every place', async () => {
    const { plain } = await keys.create(ANN, { kind: 'admin', role: 'admin' }, 'booth');
    const outcomes = new Set<string>();
    for (let place = 0; place < plain.length; place += 1) {
      const wrong = `${plain.slice(0, place)}~${plain.slice(place + 1)}`;
      outcomes.add(await outcomeOf(wrong));
    }
    expect(outcomes).toEqual(new Set(['invalid']));
  });
});

describe('rotation', () => {
  test('keeps the end of the key', async () => {
    const expiresAt = new Date(clock + 3_600_000).toISOString();
    const old = await keys.create(ANN, { kind: 'admin', role: 'viewer' }, 'ci', expiresAt);
    expect(await keys.rotate(ANN, old.key.id, 60)).toMatchObject({ key: { expiresAt } });
  });

  test('leaves the old key open for the grace time only', async () => {
    const old = await keys.create(ANN, { kind: 'sdk', environment: STAGING }, 'booth');
    const rotated = await keys.rotate(ANN, old.key.id, 60);
    if (rotated.outcome !== 'rotated') throw new Error(rotated.outcome);
    expect(rotated.key).toMatchObject({ kind: 'sdk', name: 'booth', environment: STAGING });
    expect([await outcomeOf(old.plain), await outcomeOf(rotated.plain)]).toEqual(['valid', 'valid']);
    clock += 60_000;
    expect([await outcomeOf(old.plain), await outcomeOf(rotated.plain)]).toEqual(['invalid', 'valid']);
  });

  test('without grace shuts the old key at once', async () => {
    const old = await keys.create(ANN, { kind: 'mobile', environment: STAGING }, 'phone');
    await keys.rotate(ANN, old.key.id, 0);
    expect(await outcomeOf(old.plain)).toBe('invalid');
  });

  test('never gives a key more time than it had', async () => {
    const end = new Date(START + 5_000).toISOString();
    const old = await keys.create(ANN, { kind: 'admin', role: 'viewer' }, 'guest', end);
    await keys.rotate(ANN, old.key.id, 3_600);
    expect(keys.get(old.key.id)?.expiresAt).toBe(end);
  });

  test('is refused for what is not there or not live', async () => {
    const gone = await keys.create(ANN, { kind: 'sdk', environment: STAGING }, 'booth');
    await keys.revoke(ANN, gone.key.id);
    expect(await keys.rotate(ANN, gone.key.id, 60)).toEqual({ outcome: 'not-live' });
    expect(await keys.rotate(ANN, 'key_0', 60)).toEqual({ outcome: 'not-found' });
  });
});

describe('revocation', () => {
  test('is at once, and remembered', async () => {
    const { plain, key } = await keys.create(ANN, { kind: 'sdk', environment: STAGING }, 'booth');
    expect(await keys.revoke(ANN, key.id)).toEqual({ outcome: 'revoked' });
    expect(await outcomeOf(plain)).toBe('invalid');
    expect(await keys.revoke(ANN, key.id)).toEqual({ outcome: 'unchanged' });
    expect(keys.get(key.id)?.revokedAt).toBe(new Date(START).toISOString());
  });

  test('never takes the last administrator', async () => {
    const first = await keys.create(ANN, { kind: 'admin', role: 'admin' }, 'first');
    await keys.create(ANN, { kind: 'admin', role: 'operator' }, 'helper');
    expect(await keys.revoke(ANN, first.key.id)).toEqual({ outcome: 'last-admin' });
    await keys.create(ANN, { kind: 'admin', role: 'admin' }, 'second');
    expect(await keys.revoke(ANN, first.key.id)).toEqual({ outcome: 'revoked' });
  });

  test('in one instance is seen in another when it next looks', async () => {
    const other = await open();
    const { plain, key } = await keys.create(ANN, { kind: 'sdk', environment: STAGING }, 'booth');
    expect((await other.verify(plain)).outcome).toBe('valid');
    await keys.revoke(ANN, key.id);
    await other.refresh();
    expect((await other.verify(plain)).outcome).toBe('invalid');
    await other.close();
  });
});

describe('when the database is away', () => {
  test('known keys go on, and of others nothing is claimed', async () => {
    const { plain } = await keys.create(ANN, { kind: 'sdk', environment: STAGING }, 'booth');
    await database.close();
    expect(await outcomeOf(plain)).toBe('valid');
    await expect(keys.verify('unknown')).resolves.toMatchObject({ outcome: 'unavailable' });
  });
});

describe('the log of keys', () => {
  test('says who did what, newest first', async () => {
    const { key } = await keys.create(ANN, { kind: 'sdk', environment: STAGING }, 'booth');
    clock += 1;
    await keys.rotate(ANN, key.id, 60);
    clock += 1;
    await keys.revoke({ ...ANN, id: 'ben' }, key.id);
    const events = await keys.events.list();
    expect(events.map(({ action, author }) => `${author.id} ${action}`)).toEqual([
      'ben revoke',
      'ann rotate',
      'ann create',
    ]);
    expect(events[0]?.author).toEqual({ ...ANN, id: 'ben' });
    expect(await keys.events.list({ before: events[1]?.id ?? 0, limit: 1 })).toEqual([events[2]]);
  });

  test('notes a refusal once a minute', async () => {
    const refusals = async (): Promise<number> =>
      (await keys.events.list()).filter(({ action }) => action === 'refuse').length;
    for (let i = 0; i < 3; i += 1) await keys.events.noteRefused(ANN, 'key_1', 'PUT /flags/x');
    expect(await refusals()).toBe(1);
    await keys.events.noteRefused(ANN, 'key_1', 'DELETE /flags/x');
    expect(await refusals()).toBe(2);
    clock += 60_000;
    await keys.events.noteRefused(ANN, 'key_1', 'PUT /flags/x');
    expect(await refusals()).toBe(3);
  });

  test.each(['update', 'delete'] as const)('refuses %s', async (action) => {
    await keys.create(ANN, { kind: 'admin', role: 'admin' }, 'booth');
    const tampering =
      action === 'update'
        ? database.kysely.updateTable('key_events').set({ author: '{"id":"no-one"}' }).execute()
        : database.kysely.deleteFrom('key_events').execute();
    await expect(tampering).rejects.toThrow('append-only');
  });
});

test('the time of last use is shown at once and kept at the end', async () => {
  const { plain, key } = await keys.create(ANN, { kind: 'sdk', environment: STAGING }, 'booth');
  expect(keys.get(key.id)?.lastUsedAt).toBeNull();
  clock += 5_000;
  await keys.verify(plain);
  const used = new Date(START + 5_000).toISOString();
  expect(keys.get(key.id)?.lastUsedAt).toBe(used);
  await keys.close();
  keys = await open();
  expect(keys.get(key.id)?.lastUsedAt).toBe(used);
});

describe('the first start', () => {
  test('makes one key of each kind, once', async () => {
    const first = await keys.ensureBootstrapKeys({});
    expect(Object.keys(first.created).toSorted()).toEqual([
      'adminToken',
      'clientSideId',
      'mobileKey',
      'sdkKey',
    ]);
    for (const plain of Object.values(first.created)) expect(await outcomeOf(plain)).toBe('valid');
    expect(await keys.ensureBootstrapKeys({})).toEqual({ created: {}, revoked: [] });
    expect(keys.list()).toHaveLength(4);
  });

  test('two instances at once make them once', async () => {
    const other = await open();
    const [one, two] = await Promise.all([keys.ensureBootstrapKeys({}), other.ensureBootstrapKeys({})]);
    const made = [...Object.values(one.created), ...Object.values(two.created)];
    expect(made).toHaveLength(4);
    for (const plain of made) {
      expect([await outcomeOf(plain), (await other.verify(plain)).outcome]).toEqual(['valid', 'valid']);
    }
    await other.close();
  });

  test('takes what the configuration gives and makes the rest', async () => {
    const { created } = await keys.ensureBootstrapKeys({
      sdkKey: 'sdk-of-the-booth',
      clientSideId: 'the-page',
    });
    expect(Object.keys(created).toSorted()).toEqual(['adminToken', 'mobileKey']);
    expect(await keys.verify('sdk-of-the-booth')).toMatchObject({
      outcome: 'valid',
      key: { kind: 'sdk', environment: DEFAULT_ENVIRONMENT, configured: true },
    });
    expect(keys.clientSideIds(DEFAULT_ENVIRONMENT)).toEqual(['the-page']);
  });

  test('a token that the configuration replaces is shut at once, an SDK key after a day', async () => {
    await keys.ensureBootstrapKeys({ adminToken: 'first-token-of-all', sdkKey: 'first-sdk-key-of-all' });
    await keys.ensureBootstrapKeys({ adminToken: 'other-token-of-all', sdkKey: 'other-sdk-key-of-all' });
    expect(await outcomeOf('first-token-of-all')).toBe('invalid');
    expect(await outcomeOf('first-sdk-key-of-all')).toBe('valid');
    clock += 24 * 3_600_000;
    expect(await outcomeOf('first-sdk-key-of-all')).toBe('invalid');
    expect([await outcomeOf('other-token-of-all'), await outcomeOf('other-sdk-key-of-all')]).toEqual([
      'valid',
      'valid',
    ]);
    await keys.ensureBootstrapKeys({ adminToken: 'first-token-of-all' });
    expect(await outcomeOf('first-token-of-all')).toBe('valid');
  });

  test('does not open again what was revoked', async () => {
    await keys.ensureBootstrapKeys({ adminToken: 'leaked-token-of-all' });
    await keys.create(ANN, { kind: 'admin', role: 'admin' }, 'second');
    const leaked = keys.list().find(({ configured }) => configured);
    await keys.revoke(ANN, leaked?.id ?? '');
    expect(await keys.ensureBootstrapKeys({ adminToken: 'leaked-token-of-all' })).toMatchObject({
      revoked: ['adminToken'],
    });
    expect(await outcomeOf('leaked-token-of-all')).toBe('invalid');
  });

  test('makes a new administrator’s token when no live one is left', async () => {
    const { created } = await keys.ensureBootstrapKeys({});
    await database.kysely
      .updateTable('api_keys')
      .set({ revoked_at: new Date(START).toISOString() })
      .execute();
    const again = await keys.ensureBootstrapKeys({});
    expect(Object.keys(again.created)).toEqual(['adminToken']);
    expect(again.created.adminToken).not.toBe(created.adminToken);
  });
});

describe('secure mode', () => {
  const hmac = (key: string, message: string): string =>
    createHmac('sha256', key).update(message).digest('hex');

  test('a hash under a generated SDK key is known by the digest alone', async () => {
    const { plain } = await keys.create(ANN, { kind: 'sdk', environment: STAGING }, 'booth');
    const hash = hmac(plain, 'org:o1:user:u%3A1');
    expect(keys.matchesSecureModeHash(STAGING, 'org:o1:user:u%3A1', hash)).toBe(true);
    expect(keys.matchesSecureModeHash(STAGING, 'org:o1:user:u', hash)).toBe(false);
    expect(keys.matchesSecureModeHash(DEFAULT_ENVIRONMENT, 'org:o1:user:u%3A1', hash)).toBe(false);
  });

  test.each([
    ['user `u`', 'u', 'd86846e91a1bf590b41a591ff93dbd2ede6ae0ea955508252b7dc937a0e5d535'],
    [
      'user `u:1` in org `o1`',
      'org:o1:user:u%3A1',
      '9ea8627b15f3e82300f7784ba263d2a3c8248ac664bd3cfdd91151a4fa16ebdc',
    ],
  ])('a short configured SDK key gives LaunchDarkly’s hash of %s', async (_who, canonicalKey, hash) => {
    await keys.ensureBootstrapKeys({ sdkKey: 'sdk-key' });
    expect(keys.matchesSecureModeHash(DEFAULT_ENVIRONMENT, canonicalKey, hash)).toBe(true);
    expect(keys.matchesSecureModeHash(DEFAULT_ENVIRONMENT, canonicalKey, hash.toUpperCase())).toBe(false);
    expect(keys.matchesSecureModeHash(DEFAULT_ENVIRONMENT, canonicalKey, '')).toBe(false);
  });

  test('during a rotation the hashes of both keys count, afterwards only the new one’s', async () => {
    const old = await keys.create(ANN, { kind: 'sdk', environment: STAGING }, 'booth');
    const rotated = await keys.rotate(ANN, old.key.id, 60);
    if (rotated.outcome !== 'rotated') throw new Error(rotated.outcome);
    const matches = (key: string): boolean => keys.matchesSecureModeHash(STAGING, 'u', hmac(key, 'u'));
    expect([matches(old.plain), matches(rotated.plain)]).toEqual([true, true]);
    clock += 60_000;
    expect([matches(old.plain), matches(rotated.plain)]).toEqual([false, true]);
  });
});
