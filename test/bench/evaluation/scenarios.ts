import type { Flag, FlagRule, Segment } from '../../../src/evaluation/model.ts';

/** What every engine evaluates: one kind of flag per scenario, the same contexts, the same answers. */
export const SCENARIOS = [
  'off',
  'on',
  '10 targets',
  'clause',
  '5 rules missed',
  'rollout',
  'segment',
] as const;
export type Scenario = (typeof SCENARIOS)[number];

export const MISSED_RULES = 5;
const SEGMENTS = 100;
const COUNTRIES = ['NO', 'SE', 'DE', 'US', 'JP'] as const;

export interface Listener {
  readonly key: string;
  readonly country: string;
  readonly plan: string;
  readonly email: string;
}

export const LISTENERS: readonly Listener[] = Array.from({ length: 1000 }, (_, index) => ({
  key: `listener-${index}`,
  country: COUNTRIES[index % COUNTRIES.length] ?? '',
  plan: index % 3 === 0 ? 'premium' : 'free',
  email: `listener-${index}@example.com`,
}));

// No two flags are equal. Each has rule ids, a salt and values of its own beside those that listeners really have, as in
// a program with as many flags; equal flags would share their compiled parts, and so their cache lines.

/** Nine keys of listeners and one that only this flag lists. */
export const targetKeys = (flag: number): readonly string[] => [
  ...Array.from({ length: 9 }, (_, index) => `listener-${(flag * 7 + index * 111) % LISTENERS.length}`),
  `guest-${flag}`,
];

/** One country of the listeners, and one that only this flag lists. */
export const clauseCountries = (flag: number): readonly [string, string] => [
  COUNTRIES[flag % COUNTRIES.length] ?? '',
  `country-${flag}`,
];

/** Country is none of these, which always holds, and plan is one that no listener has. */
export const missedRule = (
  flag: number,
  rule: number,
): { readonly countries: readonly [string, string, string]; readonly plan: string } => ({
  countries: [`FR-${flag}-${rule}`, `ES-${flag}-${rule}`, `IT-${flag}-${rule}`],
  plan: `plan-${flag}-${rule}`,
});

export const rolloutPercent = (flag: number): number => 25 + (flag % 11);

export const segmentNumber = (flag: number): number => flag % SEGMENTS;
export const segmentKey = (segment: number): string => `segment-${segment}`;
export const segmentCountries = (segment: number): readonly [string, string, string] => [
  COUNTRIES[segment % COUNTRIES.length] ?? '',
  COUNTRIES[(segment + 2) % COUNTRIES.length] ?? '',
  `country-${segment}`,
];
export const segmentNumbers = (): readonly number[] => Array.from({ length: SEGMENTS }, (_, index) => index);

const MAX_FLAGS = 10_000;

/** Names of properties, so that each engine finds the very string that it is called with, as with a literal in a program. */
const FLAG_KEYS = Object.keys(
  Object.fromEntries(Array.from({ length: MAX_FLAGS }, (_, index) => [`flag-${index}`, index])),
);

export const flagKeys = (count: number): readonly string[] => FLAG_KEYS.slice(0, count);

/** What every engine must answer; of a rollout only the share is checked, since each engine hashes in its own way. */
export function expected(scenario: Scenario, flag: number, listener: Listener): boolean | undefined {
  switch (scenario) {
    case 'off':
    case '5 rules missed':
      return false;
    case 'on':
      return true;
    case '10 targets':
      return targetKeys(flag).includes(listener.key);
    case 'clause':
      return clauseCountries(flag).includes(listener.country);
    case 'segment':
      return segmentCountries(segmentNumber(flag)).includes(listener.country);
    case 'rollout':
      return undefined;
  }
}

/** LaunchDarkly's model of a scenario's flag: variation 0 is true, 1 is false. */
export function launchDarklyFlag(scenario: Scenario, key: string, number: number): Flag {
  const flag: Flag = {
    key,
    version: 1,
    on: scenario !== 'off',
    variations: [true, false],
    offVariation: 1,
    fallthrough: { variation: scenario === 'on' ? 0 : 1 },
    targets: [],
    rules: [],
    prerequisites: [],
    salt: `salt-${key}`,
  };
  const rule = (index: number, clauses: FlagRule['clauses']): FlagRule => ({
    id: `rule-${number}-${index}`,
    clauses,
    variation: 0,
  });
  switch (scenario) {
    case 'off':
    case 'on':
      return flag;
    case '10 targets':
      return { ...flag, targets: [{ variation: 0, values: targetKeys(number) }] };
    case 'clause':
      return {
        ...flag,
        rules: [rule(0, [{ attribute: 'country', op: 'in', values: clauseCountries(number) }])],
      };
    case '5 rules missed':
      return {
        ...flag,
        rules: Array.from({ length: MISSED_RULES }, (_, index) => {
          const { countries, plan } = missedRule(number, index);
          return rule(index, [
            { attribute: 'country', op: 'in', values: countries, negate: true },
            { attribute: 'plan', op: 'in', values: [plan] },
          ]);
        }),
      };
    case 'rollout': {
      const weight = rolloutPercent(number) * 1000;
      const variations = [
        { variation: 0, weight },
        { variation: 1, weight: 100_000 - weight },
      ];
      return { ...flag, fallthrough: { rollout: { variations } } };
    }
    case 'segment': {
      const values = [segmentKey(segmentNumber(number))];
      return { ...flag, rules: [rule(0, [{ attribute: '', op: 'segmentMatch', values }])] };
    }
  }
}

export const launchDarklySegments = (): { [key: string]: Segment } =>
  Object.fromEntries(
    segmentNumbers().map((number) => {
      const key = segmentKey(number);
      const clauses = [{ attribute: 'country', op: 'in', values: segmentCountries(number) }] as const;
      return [key, { key, version: 1, salt: key, included: [], excluded: [], rules: [{ clauses }] }];
    }),
  );

export const launchDarklyFlags = (scenario: Scenario, count: number): { [key: string]: Flag } =>
  Object.fromEntries(flagKeys(count).map((key, number) => [key, launchDarklyFlag(scenario, key, number)]));
