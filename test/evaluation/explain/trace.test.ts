import { expect, test } from 'vitest';
import {
  ANNA,
  clause,
  evaluatorOf,
  flag,
  rule,
  segment,
  segmentClause,
  segmentRule,
} from '../../support/flag-builders.ts';

test('a segment that comes again is explained in one line, in or not', () => {
  const members = segment({ key: 'members', rules: [segmentRule([clause()])] });
  const strangers = segment({ key: 'strangers', rules: [segmentRule([clause({ values: ['bob'] })])] });
  const noContext = clause({ values: ['no such value'] });
  const rules = [
    rule([segmentClause(['strangers'])]),
    rule([segmentClause(['strangers'])]),
    rule([segmentClause(['members']), noContext]),
    rule([segmentClause(['members']), noContext]),
  ];
  const { steps } = evaluatorOf([flag({ rules })], [members, strangers]).explain('flag', ANNA);
  expect(steps.filter(({ kind }) => kind === 'segment').map(({ text, matched }) => [text, matched])).toEqual([
    [
      'The context is not in segment "strangers": its key is not listed and none of its rules matches.',
      false,
    ],
    ['The context is not in segment "strangers".', false],
    ['The context is in segment "members": its key is not listed and one of its rules matches.', true],
    ['The context is in segment "members".', true],
  ]);
});
