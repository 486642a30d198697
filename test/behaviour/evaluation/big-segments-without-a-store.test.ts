import { expect, test } from 'vitest';
import { ANNA, ask, flag, rule, segment, segmentClause } from '../../support/flag-builders.ts';

const given = flag({ rules: [rule([segmentClause(['segment'])])] });
const big = segment({ unbounded: true, generation: 1 });

test.each<[string, object]>([
  ['is not given', {}],
  ['says that there is none', { bigSegments: () => undefined }],
])('a store of big segments that %s is not configured', (_name, options) => {
  expect(ask(given, ANNA, [big], options).reason).toEqual({
    kind: 'FALLTHROUGH',
    bigSegmentsStatus: 'NOT_CONFIGURED',
  });
});
