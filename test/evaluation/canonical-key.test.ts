import { expect, test } from 'vitest';
import { canonicalKey } from '../../src/evaluation/canonical-key.ts';

test.each<[unknown, string | undefined]>([
  [{ kind: 'user', key: 'anna' }, 'anna'],
  [{ kind: 'user', key: 'a:b%c' }, 'a:b%c'],
  [{ key: 'legacy' }, 'legacy'],
  [{ kind: 'org', key: 'acme' }, 'org:acme'],
  [{ kind: 'org', key: 'a:b%c' }, 'org:a%3Ab%25c'],
  [{ kind: 'multi', user: { key: 'anna' }, org: { key: 'ac:me' } }, 'org:ac%3Ame:user:anna'],
  [{ kind: 'multi', user: { key: 'anna' } }, 'anna'],
  [{ kind: 'user' }, undefined],
  ['anna', undefined],
])('the context %j is named %j', (context, key) => {
  expect(canonicalKey(context)).toBe(key);
});
