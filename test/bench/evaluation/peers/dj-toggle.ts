import { createEvaluator, type EvaluationDetail } from '../../../../src/library/evaluation/index.ts';
import { DEFAULT, loop, type Engine } from '../engine.ts';
import { LISTENERS, SEGMENT_KEY, flagKeys, launchDarklyFlags, launchDarklySegment } from '../scenarios.ts';

export const djToggle: Engine = {
  name: 'DJ Toggle',
  load: (scenario, count) => {
    const evaluator = createEvaluator({
      flags: launchDarklyFlags(scenario, count),
      segments: { [SEGMENT_KEY]: launchDarklySegment },
    });
    const contexts = LISTENERS.map((listener) => ({ kind: 'user', ...listener }));
    const keys = flagKeys(count);
    const answer = (flag: number, listener: number): EvaluationDetail =>
      evaluator.evaluate(keys[flag]!, contexts[listener]!, DEFAULT);
    return {
      ask: (flag, listener) => answer(flag, listener).value === true,
      run: loop(answer),
      all: (listener) => Object.keys(evaluator.evaluateAll(contexts[listener]!)).length,
    };
  },
};
