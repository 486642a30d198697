import { expect, test } from 'vitest';
import { listenerContext, type ListenerAttributes } from '../../src/flags/listener-context.ts';

test.each<[string, ListenerAttributes, object]>([
  [
    'says all that a listener said',
    { key: 'alice', groups: ['beta_testers', 'staff'], country: 'US', plan: 'premium', anonymous: false },
    { kind: 'user', key: 'alice', groups: ['beta_testers', 'staff'], country: 'US', plan: 'premium' },
  ],
  ['has groups even when there are none', { key: 'bob' }, { kind: 'user', key: 'bob', groups: [] }],
  [
    'leaves out what was not said',
    { key: 'bob', groups: [], country: undefined, plan: undefined },
    { kind: 'user', key: 'bob', groups: [] },
  ],
  [
    'marks an anonymous listener',
    { key: 'r4nd0m', anonymous: true },
    { kind: 'user', key: 'r4nd0m', anonymous: true, groups: [] },
  ],
])('the context of a listener %s', (_, listener, context) => {
  expect(listenerContext(listener)).toStrictEqual(context);
});
