import type { Flag, FlagRule, Segment } from '../../../src/evaluation/model.ts';

/** The work that every engine is given: one kind of flag a scenario, the same question, the same answer. */
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
export const ROLLOUT_PERCENT = 30;
export const SEGMENT_KEY = 'paying-in-the-north';
export const SEGMENT_COUNTRIES = ['NO', 'SE', 'FI'];
export const CLAUSE_COUNTRY = 'NO';

export interface Listener {
  readonly key: string;
  readonly country: string;
  readonly plan: string;
  readonly email: string;
}

/** The first is in the targets, the country and the segment; of all of them each engine must say the same. */
export const LISTENERS: readonly Listener[] = Array.from({ length: 1000 }, (_, index) => ({
  key: `listener-${index}`,
  country: ['NO', 'SE', 'DE', 'US', 'JP'][index % 5] ?? '',
  plan: index % 3 === 0 ? 'premium' : 'free',
  email: `listener-${index}@example.com`,
}));

export const TARGET_KEYS = Array.from({ length: 10 }, (_, index) => `listener-${index * 10}`);

const MAX_FLAGS = 10_000;

/** Names of properties, so that each engine finds the very text that it is asked for, as with a literal in a program. */
const FLAG_KEYS = Object.keys(
  Object.fromEntries(Array.from({ length: MAX_FLAGS }, (_, index) => [`flag-${index}`, index])),
);

export const flagKeys = (count: number): readonly string[] => FLAG_KEYS.slice(0, count);

/** Country is one of these, and plan is one of those: none of them ever is. */
export const missedRule = (
  rule: number,
): { readonly countries: readonly string[]; readonly plan: string } => ({
  countries: ['FR', 'ES', 'IT'].map((country) => `${country}${rule}`),
  plan: `plan-${rule}`,
});

/** What a boolean engine must say; the rollout's share is checked instead, since each engine hashes its own way. */
export function expected(scenario: Scenario, listener: Listener): boolean | undefined {
  switch (scenario) {
    case 'off':
    case '5 rules missed':
      return false;
    case 'on':
      return true;
    case '10 targets':
      return TARGET_KEYS.includes(listener.key);
    case 'clause':
      return listener.country === CLAUSE_COUNTRY;
    case 'segment':
      return SEGMENT_COUNTRIES.includes(listener.country);
    case 'rollout':
      return undefined;
  }
}

const rule = (index: number, clauses: FlagRule['clauses'], variation = 0): FlagRule => ({
  id: `rule-${index}`,
  clauses,
  variation,
});

/** LaunchDarkly's model of a scenario's flag: variation 0 is true, 1 is false. */
export function launchDarklyFlag(scenario: Scenario, key: string): Flag {
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
  switch (scenario) {
    case 'off':
    case 'on':
      return flag;
    case '10 targets':
      return { ...flag, targets: [{ variation: 0, values: TARGET_KEYS }] };
    case 'clause':
      return { ...flag, rules: [rule(0, [{ attribute: 'country', op: 'in', values: [CLAUSE_COUNTRY] }])] };
    case '5 rules missed':
      return {
        ...flag,
        rules: Array.from({ length: MISSED_RULES }, (_, index) => {
          const { countries, plan } = missedRule(index);
          // The first clause holds, so that the second is looked at too.
          return rule(index, [
            { attribute: 'country', op: 'in', values: countries, negate: true },
            { attribute: 'plan', op: 'in', values: [plan] },
          ]);
        }),
      };
    case 'rollout': {
      const weight = ROLLOUT_PERCENT * 1000;
      return {
        ...flag,
        fallthrough: {
          rollout: {
            variations: [
              { variation: 0, weight },
              { variation: 1, weight: 100_000 - weight },
            ],
          },
        },
      };
    }
    case 'segment':
      return { ...flag, rules: [rule(0, [{ attribute: '', op: 'segmentMatch', values: [SEGMENT_KEY] }])] };
  }
}

export const launchDarklySegment: Segment = {
  key: SEGMENT_KEY,
  version: 1,
  salt: 'segment',
  included: [],
  excluded: [],
  rules: [{ clauses: [{ attribute: 'country', op: 'in', values: SEGMENT_COUNTRIES }] }],
};

export const launchDarklyFlags = (scenario: Scenario, count: number): { [key: string]: Flag } =>
  Object.fromEntries(flagKeys(count).map((key) => [key, launchDarklyFlag(scenario, key)]));
