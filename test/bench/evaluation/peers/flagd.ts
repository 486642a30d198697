import { FlagdCore } from '@openfeature/flagd-core';
import { DefaultLogger, type EvaluationContext, type ResolutionDetails } from '@openfeature/core';
import { DEFAULT, loaded, type Engine, type Loaded } from '../engine.ts';
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

const quiet = new DefaultLogger();

function targeting(scenario: Scenario, flag: number): object {
  switch (scenario) {
    case 'off':
    case 'on':
      return {};
    case '10 targets':
      return { if: [{ in: [{ var: 'targetingKey' }, targetKeys(flag)] }, 'yes', 'no'] };
    case 'clause':
      return { if: [{ in: [{ var: 'country' }, clauseCountries(flag)] }, 'yes', 'no'] };
    case '5 rules missed':
      return {
        if: [
          ...Array.from({ length: MISSED_RULES }, (_, index) => {
            const { countries, plan } = missedRule(flag, index);
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
          ['yes', rolloutPercent(flag)],
          ['no', 100 - rolloutPercent(flag)],
        ],
      };
    case 'segment':
      return { if: [{ $ref: segmentKey(segmentNumber(flag)) }, 'yes', 'no'] };
  }
}

/** A flag that is off answers as it does everywhere else: with its own variant. */
export const flagd: Engine = {
  name: 'flagd-core',
  load: (scenario, count) => load(scenario, count, 'ENABLED', DEFAULT),
};

/** flagd's other "off": the flag answers nothing at all, and the caller gets back the default that it sent. */
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
    flagKeys(count).map((key, flag) => [
      key,
      {
        state,
        variants: { yes: true, no: false },
        defaultVariant: scenario === 'on' ? 'yes' : 'no',
        targeting: targeting(scenario, flag),
      },
    ]),
  );
  core.setConfigurations(
    JSON.stringify({
      flags,
      $evaluators: Object.fromEntries(
        segmentNumbers().map((number) => [
          segmentKey(number),
          { in: [{ var: 'country' }, segmentCountries(number)] },
        ]),
      ),
    }),
  );
  return loaded<EvaluationContext, ResolutionDetails<boolean>>(count, {
    contextOf: ({ key, country, plan, email }) => ({ targetingKey: key, country, plan, email }),
    evaluate: (key, context) => core.resolveBooleanEvaluation(key, defaultValue, context, quiet),
    isTrue: ({ value }) => value,
    evaluateAll: (context) => core.resolveAll(context, quiet).length,
  });
}
