import { createEvaluator } from '../../../../src/evaluation/index.ts';
import { loop, type Engine } from '../engine.ts';
import { LISTENERS, SEGMENT_KEY, flagKey, launchDarklyFlags, launchDarklySegment } from '../scenarios.ts';

export const djToggle: Engine = {
  name: 'DJ Toggle',
  load: (scenario, count) => {
    const evaluator = createEvaluator({
      flags: launchDarklyFlags(scenario, count),
      segments: { [SEGMENT_KEY]: launchDarklySegment },
    });
    const contexts = LISTENERS.map((listener) => ({ kind: 'user', ...listener }));
    const keys = Array.from({ length: count }, (_, index) => flagKey(index));
    const ask = (flag: number, listener: number): boolean =>
      evaluator.evaluate(keys[flag]!, contexts[listener]!, false).value === true;
    return {
      ask,
      run: loop(ask),
      all: (listener) => Object.keys(evaluator.evaluateAll(contexts[listener]!)).length,
    };
  },
};
