import { createInstance } from '@featurevisor/sdk';
import { loop, type Engine } from '../engine.ts';
import {
  CLAUSE_COUNTRY,
  LISTENERS,
  MISSED_RULES,
  ROLLOUT_PERCENT,
  SEGMENT_COUNTRIES,
  SEGMENT_KEY,
  TARGET_KEYS,
  flagKeys,
  missedRule,
  type Scenario,
} from '../scenarios.ts';

type Datafile = NonNullable<Exclude<NonNullable<Parameters<typeof createInstance>[0]>['datafile'], string>>;
type Feature = Datafile['features'][string];

const WHOLE = 100_000;
const everybody = { key: 'everybody', segments: '*', percentage: WHOLE };
const nobody = { key: 'nobody', segments: '*', percentage: 0 };

function traffic(scenario: Scenario): Feature['traffic'] {
  switch (scenario) {
    case 'off':
    case '10 targets':
      return [nobody];
    case 'on':
      return [everybody];
    case 'clause':
      return [{ key: 'clause', segments: 'clause', percentage: WHOLE }, nobody];
    case '5 rules missed':
      return [
        ...Array.from({ length: MISSED_RULES }, (_, index) => ({
          key: `missed-${index}`,
          segments: [`country-${index}`, `plan-${index}`],
          percentage: WHOLE,
        })),
        nobody,
      ];
    case 'rollout':
      return [{ key: 'some', segments: '*', percentage: ROLLOUT_PERCENT * 1000 }];
    case 'segment':
      return [{ key: 'segment', segments: SEGMENT_KEY, percentage: WHOLE }, nobody];
  }
}

const segments: Datafile['segments'] = {
  clause: { conditions: { attribute: 'country', operator: 'equals', value: CLAUSE_COUNTRY } },
  [SEGMENT_KEY]: { conditions: { attribute: 'country', operator: 'in', value: SEGMENT_COUNTRIES } },
  ...Object.fromEntries(
    Array.from({ length: MISSED_RULES }, (_, index) => {
      const { countries, plan } = missedRule(index);
      return [
        [
          `country-${index}`,
          { conditions: { attribute: 'country', operator: 'notIn' as const, value: [...countries] } },
        ],
        [`plan-${index}`, { conditions: { attribute: 'plan', operator: 'equals' as const, value: plan } }],
      ] as const;
    }).flat(),
  ),
};

export const featurevisor: Engine = {
  name: 'Featurevisor',
  load: (scenario, count) => {
    const features = Object.fromEntries(
      flagKeys(count).map((key): [string, Feature] => [
        key,
        {
          bucketBy: 'userId',
          traffic: traffic(scenario),
          ...(scenario === '10 targets'
            ? {
                force: [
                  { conditions: { attribute: 'userId', operator: 'in', value: TARGET_KEYS }, enabled: true },
                ],
              }
            : {}),
        },
      ]),
    );
    const instance = createInstance({
      datafile: { schemaVersion: '2', revision: '1', segments, features },
      logLevel: 'fatal',
    });
    const contexts = LISTENERS.map(({ key, ...listener }) => ({ userId: key, ...listener }));
    const keys = flagKeys(count);
    const ask = (flag: number, listener: number): boolean =>
      instance.isEnabled(keys[flag]!, contexts[listener]);
    return { ask, run: loop(ask), close: () => instance.close() };
  },
};
