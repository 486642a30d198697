import { FlagdCore } from '@openfeature/flagd-core';
import { DefaultLogger } from '@openfeature/core';
import { loop, type Engine } from '../engine.ts';
import {
  CLAUSE_COUNTRY,
  LISTENERS,
  MISSED_RULES,
  ROLLOUT_PERCENT,
  SEGMENT_COUNTRIES,
  SEGMENT_KEY,
  TARGET_KEYS,
  flagKey,
  missedRule,
  type Scenario,
} from '../scenarios.ts';

const quiet = new DefaultLogger();

function targeting(scenario: Scenario): object {
  switch (scenario) {
    case 'off':
    case 'on':
      return {};
    case '10 targets':
      return { if: [{ in: [{ var: 'targetingKey' }, TARGET_KEYS] }, 'yes', 'no'] };
    case 'clause':
      return { if: [{ '===': [{ var: 'country' }, CLAUSE_COUNTRY] }, 'yes', 'no'] };
    case '5 rules missed':
      return {
        if: [
          ...Array.from({ length: MISSED_RULES }, (_, index) => {
            const { countries, plan } = missedRule(index);
            return [
              { and: [{ '!': { in: [{ var: 'country' }, countries] } }, { '===': [{ var: 'plan' }, plan] }] },
              'yes',
            ];
          }).flat(),
          'no',
        ],
      };
    case 'rollout':
      return {
        fractional: [
          ['yes', ROLLOUT_PERCENT],
          ['no', 100 - ROLLOUT_PERCENT],
        ],
      };
    case 'segment':
      return { if: [{ $ref: SEGMENT_KEY }, 'yes', 'no'] };
  }
}

export const flagd: Engine = {
  name: 'flagd-core',
  load: (scenario, count) => {
    const core = new FlagdCore();
    const flags = Object.fromEntries(
      Array.from({ length: count }, (_, index) => [
        flagKey(index),
        {
          state: scenario === 'off' ? 'DISABLED' : 'ENABLED',
          variants: { yes: true, no: false },
          defaultVariant: scenario === 'on' ? 'yes' : 'no',
          targeting: targeting(scenario),
        },
      ]),
    );
    core.setConfigurations(
      JSON.stringify({
        flags,
        $evaluators: { [SEGMENT_KEY]: { in: [{ var: 'country' }, SEGMENT_COUNTRIES] } },
      }),
    );
    const contexts = LISTENERS.map(({ key, ...listener }) => ({ targetingKey: key, ...listener }));
    const keys = Array.from({ length: count }, (_, index) => flagKey(index));
    const ask = (flag: number, listener: number): boolean =>
      core.resolveBooleanEvaluation(keys[flag]!, false, contexts[listener], quiet).value;
    return { ask, run: loop(ask), all: (listener) => core.resolveAll(contexts[listener], quiet).length };
  },
};
