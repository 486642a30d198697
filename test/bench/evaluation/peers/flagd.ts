import { FlagdCore } from '@openfeature/flagd-core';
import { DefaultLogger, type ResolutionDetails } from '@openfeature/core';
import { DEFAULT, loop, type Engine, type Loaded } from '../engine.ts';
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

/** A flag that is off answers as it does everywhere else: with its own variant. */
export const flagd: Engine = {
  name: 'flagd-core',
  load: (scenario, count) => load(scenario, count, 'ENABLED', DEFAULT),
};

/** flagd's other "off": the flag answers nothing at all, and whoever asks is given back the default that came along. */
export const flagdDisabled: Engine = {
  name: 'flagd disabled',
  load: (scenario, count) => load(scenario, count, 'DISABLED', false),
  scenarios: ['off'],
};

function load(
  scenario: Scenario,
  count: number,
  state: 'ENABLED' | 'DISABLED',
  defaultValue: boolean,
): Loaded {
  const core = new FlagdCore();
  const flags = Object.fromEntries(
    flagKeys(count).map((key) => [
      key,
      {
        state,
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
  const keys = flagKeys(count);
  const answer = (flag: number, listener: number): ResolutionDetails<boolean> =>
    core.resolveBooleanEvaluation(keys[flag]!, defaultValue, contexts[listener], quiet);
  return {
    ask: (flag, listener) => answer(flag, listener).value,
    run: loop(answer),
    all: (listener) => core.resolveAll(contexts[listener], quiet).length,
  };
}
