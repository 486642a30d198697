import { expect, test } from 'vitest';
import type { AnalyticsEvent, FeatureEvent } from '../../../src/events/analytics-event.ts';
import { relevantEvents, type WatchedRule } from '../../../src/release/guard/relevant-events.ts';

const RULE: WatchedRule = { flag: 'new-playlist', rule: 'default', from: 1, to: 0, unitKind: 'user' };
const contextKeys = [
  { kind: 'device', key: 'phone' },
  { kind: 'user', key: 'ann' },
];
const served: FeatureEvent = {
  kind: 'feature',
  at: 10,
  contextKeys,
  flagKey: 'new-playlist',
  flagVersion: 4,
  variation: 0,
  value: true,
  reason: { kind: 'FALLTHROUGH' },
  samplingRatio: 1,
};
const error: AnalyticsEvent = {
  kind: 'custom',
  at: 10,
  contextKeys,
  eventKey: 'playlist-error',
  samplingRatio: 1,
};
const of = (events: readonly AnalyticsEvent[], rule = RULE) =>
  relevantEvents(events, rule, new Set(['playlist-error']));

test('an error comes after the page of the same moment, whatever the order in which they were reported', () => {
  expect(of([error, served, { ...error, at: 9 }]).map(({ kind, at }) => [kind, at])).toEqual([
    ['happened', 9],
    ['served', 10],
    ['happened', 10],
  ]);
});

test('who was served is the context of the rule’s kind, in the arm of the variation', () => {
  expect(of([served, { ...served, variation: 1 }])).toMatchObject([
    { unit: 'ann', arm: 'treatment', flagVersion: 4 },
    { unit: 'ann', arm: 'control' },
  ]);
});

test('of a rule with an id only its matches count', () => {
  const rule = { ...RULE, rule: 'beta' };
  const match = (ruleId: string): FeatureEvent => ({
    ...served,
    reason: { kind: 'RULE_MATCH', ruleIndex: 0, ruleId },
  });
  expect(of([match('beta'), match('alpha'), served], rule)).toHaveLength(1);
});

const { flagVersion: _version, ...withoutVersion } = served;
const { reason: _reason, ...withoutReason } = served;
test.each<[string, AnalyticsEvent]>([
  ['another flag', { ...served, flagKey: 'other' }],
  ['a target', { ...served, reason: { kind: 'TARGET_MATCH' } }],
  ['the switch', { ...served, reason: { kind: 'OFF' } }],
  ['an evaluation without its reason', withoutReason],
  ['an evaluation without the flag’s version', withoutVersion],
  ['a third variation', { ...served, variation: 2 }],
  ['a context of another kind', { ...served, contextKeys: [{ kind: 'device', key: 'phone' }] }],
  ['another event', { ...error, eventKey: 'play' }],
  ['an event of another kind of context', { ...error, contextKeys: [{ kind: 'device', key: 'phone' }] }],
])('%s does not concern the release', (_, event) => {
  expect(of([event])).toEqual([]);
});
