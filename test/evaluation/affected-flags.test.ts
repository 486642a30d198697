import { describe, expect, test } from 'vitest';
import type { Flag } from '../../src/evaluation/model.ts';
import { affectedFlags, FlagDependents, type ChangedItem } from '../../src/evaluation/affected-flags.ts';
import { progressiveRollout } from '../support/progressive-rollout.ts';

const flag = (key: string, ...prerequisites: readonly string[]): Flag =>
  progressiveRollout({ key, prerequisites: prerequisites.map((of) => ({ key: of, variation: 1 })) });

const FLAGS = [flag('alone'), flag('base'), flag('middle', 'base'), flag('top', 'alone', 'middle')];

describe('the flags that a change affects', () => {
  test.each<[string, readonly ChangedItem[], readonly string[]]>([
    ['are the one that changed', [{ kind: 'flag', key: 'top' }], ['top']],
    [
      'are those that depend on it too, at any distance',
      [{ kind: 'flag', key: 'base' }],
      ['base', 'middle', 'top'],
    ],
    [
      'are named once',
      [
        { kind: 'flag', key: 'alone' },
        { kind: 'flag', key: 'base' },
      ],
      ['alone', 'base', 'top', 'middle'],
    ],
    [
      'are all when a segment changed',
      [{ kind: 'segment', key: 'beta' }],
      ['alone', 'base', 'middle', 'top'],
    ],
    ['include one that was deleted', [{ kind: 'flag', key: 'gone' }], ['gone']],
    ['are none when nothing changed', [], []],
  ])('%s', (_, changes, keys) => {
    expect(affectedFlags(FLAGS, changes).toSorted()).toEqual(keys.toSorted());
  });

  test('are found among flags that have no list of prerequisites', () => {
    const { prerequisites: _, ...plain } = flag('plain');
    expect(affectedFlags([plain, flag('top', 'plain')], [{ kind: 'flag', key: 'plain' }])).toEqual([
      'plain',
      'top',
    ]);
  });

  test('are found in a circle of prerequisites', () => {
    const circle = [flag('a', 'b'), flag('b', 'a')];
    expect(affectedFlags(circle, [{ kind: 'flag', key: 'a' }])).toEqual(['a', 'b']);
  });
});

test('the dependents of a flag that was removed, or has no prerequisites, are forgotten', () => {
  const dependents = new FlagDependents();
  for (const one of FLAGS) dependents.add(one);
  dependents.add({ key: 'bare' });
  dependents.add(flag('other', 'base'));
  dependents.remove({ key: 'bare' });
  dependents.remove(flag('middle', 'base'));
  expect(dependents.reachedFrom(['base', 'bare'])).toEqual(['base', 'bare', 'other']);
});
