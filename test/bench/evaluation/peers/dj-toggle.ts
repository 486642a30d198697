import type { SingleContext } from '../../../../src/evaluation/model.ts';
import { createEvaluator, type EvaluationDetail } from '../../../../src/library/evaluation/index.ts';
import { DEFAULT, loaded, type Engine } from '../engine.ts';
import { launchDarklyFlags, launchDarklySegments } from '../scenarios.ts';

export const djToggle: Engine = {
  name: 'DJ Toggle',
  load: (scenario, count) => {
    const evaluator = createEvaluator({
      flags: launchDarklyFlags(scenario, count),
      segments: launchDarklySegments(),
    });
    return loaded<SingleContext, EvaluationDetail>(count, {
      contextOf: ({ key, country, plan, email }) => ({ kind: 'user', key, country, plan, email }),
      evaluate: (key, context) => evaluator.evaluate(key, context, DEFAULT),
      isTrue: ({ value }) => value === true,
      evaluateAll: (context) => Object.keys(evaluator.evaluateAll(context)).length,
    });
  },
};
