import { createInstance } from '@featurevisor/sdk';
import { loaded, type Engine } from '../engine.ts';
import {
  MISSED_RULES,
  clauseCountries,
  flagKeys,
  missedRule,
  rolloutPercent,
  segmentCountries,
  segmentKey,
  segmentNumber,
  segmentNumbers,
  targetKeys,
  type Scenario,
} from '../scenarios.ts';

type Datafile = NonNullable<Exclude<NonNullable<Parameters<typeof createInstance>[0]>['datafile'], string>>;
type Feature = Datafile['features'][string];

const WHOLE = 100_000;
const everybody = { key: 'everybody', segments: '*', percentage: WHOLE };
const offForAll = { key: 'offForAll', segments: '*', percentage: 0 };

function traffic(scenario: Scenario, flag: number): Feature['traffic'] {
  switch (scenario) {
    case 'off':
    case '10 targets':
      return [offForAll];
    case 'on':
      return [everybody];
    case 'clause':
      return [{ key: 'clause', segments: `clause-${flag}`, percentage: WHOLE }, offForAll];
    case '5 rules missed':
      return [
        ...Array.from({ length: MISSED_RULES }, (_, index) => ({
          key: `missed-${index}`,
          segments: [`country-${flag}-${index}`, `plan-${flag}-${index}`],
          percentage: WHOLE,
        })),
        offForAll,
      ];
    case 'rollout':
      return [{ key: 'some', segments: '*', percentage: rolloutPercent(flag) * 1000 }];
    case 'segment':
      return [{ key: 'segment', segments: segmentKey(segmentNumber(flag)), percentage: WHOLE }, offForAll];
  }
}

type Segments = Datafile['segments'];
const oneOf = (attribute: string, operator: 'in' | 'notIn', value: readonly string[]): Segments[string] => ({
  conditions: { attribute, operator, value: [...value] },
});

/** What the scenario's flags ask for, under the keys that `traffic` names. */
function segmentsOf(scenario: Scenario, flag: number): readonly (readonly [string, Segments[string]])[] {
  if (scenario === 'clause') {
    return [[`clause-${flag}`, oneOf('country', 'in', clauseCountries(flag))]];
  }
  if (scenario !== '5 rules missed') {
    return [];
  }
  return Array.from({ length: MISSED_RULES }, (_, index) => {
    const { countries, plan } = missedRule(flag, index);
    return [
      [`country-${flag}-${index}`, oneOf('country', 'notIn', countries)],
      [`plan-${flag}-${index}`, oneOf('plan', 'in', [plan])],
    ] as const;
  }).flat();
}

export const featurevisor: Engine = {
  name: 'Featurevisor',
  load: (scenario, count) => {
    const features = Object.fromEntries(
      flagKeys(count).map((key, flag): [string, Feature] => {
        const feature: Feature = { bucketBy: 'userId', traffic: traffic(scenario, flag) };
        const { conditions } = oneOf('userId', 'in', targetKeys(flag));
        return [
          key,
          scenario === '10 targets' ? { ...feature, force: [{ conditions, enabled: true }] } : feature,
        ];
      }),
    );
    const segments: Segments = Object.fromEntries([
      ...segmentNumbers().map(
        (number) => [segmentKey(number), oneOf('country', 'in', segmentCountries(number))] as const,
      ),
      ...flagKeys(count).flatMap((_, flag) => segmentsOf(scenario, flag)),
    ]);
    const instance = createInstance({
      datafile: { schemaVersion: '2', revision: '1', segments, features },
      logLevel: 'fatal',
    });
    return loaded<{ [name: string]: string }, boolean>(count, {
      contextOf: ({ key, country, plan, email }) => ({ userId: key, country, plan, email }),
      evaluate: (key, context) => instance.isEnabled(key, context),
      isTrue: (answer) => answer,
      close: () => instance.close(),
    });
  },
};
