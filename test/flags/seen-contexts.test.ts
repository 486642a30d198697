import { describe, expect, test } from 'vitest';
import type { Context } from '../../src/evaluation/model.ts';
import { createSeenContexts } from '../../src/flags/seen-contexts.ts';

const user = (key: string, attributes: object = {}): Context => ({ kind: 'user', key, ...attributes });

const contextsOf = (seen: ReturnType<typeof createSeenContexts>): readonly Context[] =>
  seen.list().map(({ context }) => context);

describe('the contexts seen lately', () => {
  test('are listed with the latest first, and when', () => {
    let time = 1000;
    const seen = createSeenContexts({ now: () => time });
    seen.add(user('alice', { country: 'US' }));
    time = 2000;
    seen.add(user('bob'));
    expect(seen.list()).toEqual([
      { context: user('bob'), lastSeenAt: 2000 },
      { context: user('alice', { country: 'US' }), lastSeenAt: 1000 },
    ]);
  });

  test('hold each context once, as it was last', () => {
    const seen = createSeenContexts({ now: () => 0 });
    seen.add(user('alice', { plan: 'free' }));
    seen.add(user('bob'));
    seen.add({ kind: 'multi', user: { key: 'alice' }, org: { key: 'acme' } });
    seen.add({ kind: 'multi', org: { key: 'acme' }, user: { key: 'alice' } });
    seen.add({ key: 'alice', custom: { plan: 'premium' } });
    expect(contextsOf(seen)).toEqual([
      { key: 'alice', custom: { plan: 'premium' } },
      { kind: 'multi', org: { key: 'acme' }, user: { key: 'alice' } },
      user('bob'),
    ]);
  });

  test('reported by a client keep what was reported of them, and are the latest', () => {
    let time = 1000;
    const seen = createSeenContexts({ now: () => time });
    seen.noteReported(user('alice', { email: 'a@example.com' }));
    expect(contextsOf(seen)).toEqual([user('alice', { email: 'a@example.com' })]);
    seen.add(user('alice'));
    seen.add(user('bob'));
    time = 2000;
    seen.noteReported(user('alice', { email: 'a@example.com' }));
    seen.noteReported({ kind: 'user' } as never);
    expect(seen.list()).toEqual([
      { context: user('alice'), lastSeenAt: 2000 },
      { context: user('bob'), lastSeenAt: 1000 },
    ]);
  });

  test('are a thousand at most, and the one not seen for longest goes first', () => {
    const seen = createSeenContexts({ now: () => 0 });
    for (let index = 0; index < 1000; index += 1) seen.add(user(`u${index}`));
    seen.add(user('u0'));
    seen.add(user('one more'));
    const keys = contextsOf(seen).map(({ key }) => key);
    expect(keys).toHaveLength(1000);
    expect(keys.slice(0, 2)).toEqual(['one more', 'u0']);
    expect(keys).not.toContain('u1');
  });

  test('do not follow what happens to a context later', () => {
    const groups = ['beta_testers'];
    const seen = createSeenContexts({ now: () => 0 });
    seen.add(user('alice', { groups }));
    groups.push('staff');
    expect(contextsOf(seen)).toEqual([user('alice', { groups: ['beta_testers'] })]);
  });

  const cyclic: { [name: string]: unknown } = {};
  cyclic['self'] = cyclic;
  let deep: unknown = 0;
  for (let level = 0; level < 50_000; level += 1) deep = [deep];

  test.each<[string, Context]>([
    ['without a key', { kind: 'user', key: '' }],
    ['too large for a sample', user('alice', { essay: 'x'.repeat(9000) })],
    ['that contain themselves', user('alice', { cyclic })],
    ['nested without end', user('alice', { deep })],
  ])('leave out contexts %s', (_, context) => {
    const seen = createSeenContexts({ now: () => 0 });
    seen.add(context);
    seen.add(user('bob'));
    expect(contextsOf(seen)).toEqual([user('bob')]);
  });
});

describe('the value of a private attribute is never kept', () => {
  const SECRET = 'alice@example.com';

  test.each<[string, Context, Context]>([
    [
      'named in _meta',
      user('alice', { email: SECRET, plan: 'free', _meta: { privateAttributes: ['email'] } }),
      user('alice', { plan: 'free', _meta: { privateAttributes: ['email'] } }),
    ],
    [
      'referred to inside an object',
      user('alice', {
        home: { 'street/1': SECRET, town: 'Oslo', a: { '~': SECRET } },
        _meta: { privateAttributes: ['/home/street~11', '/home/a/~0'] },
      }),
      user('alice', {
        home: { town: 'Oslo', a: {} },
        _meta: { privateAttributes: ['/home/street~11', '/home/a/~0'] },
      }),
    ],
    [
      'a whole object, by a reference with one step',
      user('alice', { home: { town: SECRET }, _meta: { privateAttributes: ['/home'] } }),
      user('alice', { _meta: { privateAttributes: ['/home'] } }),
    ],
    [
      'in each kind of a multi-kind context',
      {
        kind: 'multi',
        user: { key: 'alice', email: SECRET, _meta: { privateAttributes: ['email'] } },
        org: { key: 'acme', email: 'info', owner: SECRET, _meta: { privateAttributes: ['owner'] } },
      },
      {
        kind: 'multi',
        user: { key: 'alice', _meta: { privateAttributes: ['email'] } },
        org: { key: 'acme', email: 'info', _meta: { privateAttributes: ['owner'] } },
      },
    ],
    [
      'of a legacy user, own or custom',
      {
        key: 'alice',
        email: SECRET,
        custom: { iban: SECRET, plan: 'free' },
        privateAttributeNames: ['email', 'iban'],
      },
      { key: 'alice', custom: { plan: 'free' }, privateAttributeNames: ['email', 'iban'] },
    ],
    [
      'beside references that lead nowhere or to what is never private',
      user('alice', {
        email: SECRET,
        list: [1],
        _meta: { privateAttributes: ['key', '/kind', '/list/0/x', '/none/x', '', '/', 'email'] },
      }),
      user('alice', {
        list: [1],
        _meta: { privateAttributes: ['key', '/kind', '/list/0/x', '/none/x', '', '/', 'email'] },
      }),
    ],
  ])('%s', (_, context, kept) => {
    const seen = createSeenContexts({ now: () => 0 });
    seen.add(context);
    expect(contextsOf(seen)).toEqual([kept]);
    expect(JSON.stringify(seen.list())).not.toContain(SECRET);
  });
});
