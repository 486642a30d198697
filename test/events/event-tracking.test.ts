import { describe, expect, test } from 'vitest';
import type { Flag } from '../../src/evaluation/model.ts';
import { isTracked } from '../../src/events/event-tracking.ts';

const flag: Flag = {
  key: 'flag',
  version: 1,
  on: true,
  variations: [true, false],
  fallthrough: { variation: 0 },
  rules: [
    { id: 'one', clauses: [], variation: 0, trackEvents: true },
    { id: 'two', clauses: [], variation: 0 },
  ],
};
const ofRule = (ruleIndex: number) => ({ kind: 'RULE_MATCH', ruleIndex, ruleId: `${ruleIndex}` }) as const;

describe('an evaluation is reported by itself', () => {
  test.each([
    ['by a tracked rule', flag, ofRule(0), true],
    ['by another rule', flag, ofRule(1), false],
    ['by the default rule', flag, { kind: 'FALLTHROUGH' }, false],
    ['by a tracked default rule', { ...flag, trackEventsFallthrough: true }, { kind: 'FALLTHROUGH' }, true],
    ['of a tracked flag', { ...flag, trackEvents: true }, { kind: 'OFF' }, true],
    ['by a target beside a tracked rule', flag, { kind: 'TARGET_MATCH' }, false],
  ] as const)('%s: %#', (_, of, reason, expected) => {
    expect(isTracked(of, reason)).toBe(expected);
  });
});
