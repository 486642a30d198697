import { fc } from '../../support/seeded-fast-check.ts';
import { describe, expect, test } from 'vitest';
import {
  createEvaluator,
  lintFlag,
  lintSegment,
  type Finding,
} from '../../../src/library/evaluation/index.ts';
import type { Context } from '../../../src/evaluation/model.ts';
import { byKey, evaluatorOf, flag, user } from '../../support/flag-builders.ts';
import { FLAG_KEYS, world, type World } from './differential/worlds.ts';

const rollout = (...weights: readonly number[]) => ({
  rollout: { variations: weights.map((weight, variation) => ({ variation, weight })) },
});

const CONTEXTS = Array.from({ length: 20_000 }, (_, index) => user(`user-${index}`));

/** Four standard deviations of a share among so many: once in sixteen thousand runs it is more, were it chance. */
const samplingError = (share: number): number => 4 * Math.sqrt((share * (1 - share)) / CONTEXTS.length);

describe('a rollout', () => {
  test.each([undefined, 'sha256-percent', 'pyrollout', 'slowroll'])(
    'with bucketing %s gives each variation its share, within sampling error',
    (bucketing) => {
      const weights = [10_000, 30_000, 60_000];
      const evaluator = evaluatorOf([flag({ bucketing, fallthrough: rollout(...weights) })]);
      const counts = [0, 0, 0];
      for (const context of CONTEXTS) {
        const index = evaluator.evaluate('flag', context, null).variationIndex ?? 0;
        counts[index] = (counts[index] ?? 0) + 1;
      }
      for (const [index, weight] of weights.entries()) {
        const share = weight / 100_000;
        expect(Math.abs((counts[index] ?? 0) / CONTEXTS.length - share)).toBeLessThan(samplingError(share));
      }
    },
  );

  test('of one flag says nothing about that of another', () => {
    const evaluator = evaluatorOf([
      flag({ fallthrough: rollout(50_000, 50_000) }),
      flag({ key: 'g', fallthrough: rollout(50_000, 50_000) }),
    ]);
    const both = CONTEXTS.filter(
      (context) =>
        evaluator.evaluate('flag', context, null).variationIndex === 0 &&
        evaluator.evaluate('g', context, null).variationIndex === 0,
    );
    expect(Math.abs(both.length / CONTEXTS.length - 0.25)).toBeLessThan(samplingError(0.25));
  });

  test('moves only the contexts between the bounds when a weight changes', () => {
    const before = evaluatorOf([flag({ fallthrough: rollout(20_000, 80_000) })]);
    const after = before.with({ flags: byKey([flag({ fallthrough: rollout(30_000, 70_000) })]) });
    for (const context of CONTEXTS.slice(0, 2_000)) {
      const [was, is] = [before, after].map(
        (evaluator) => evaluator.evaluate('flag', context, null).variationIndex,
      );
      expect(was === 0 ? is : 0).toBe(0);
    }
  });
});

describe('any flags, segments and contexts', () => {
  test('answer alike however often they are compiled, and whether all at once or one by one', () => {
    fc.assert(
      fc.property(world(4), ({ flags, segments, contexts }) => {
        const set = { flags, segments } as never;
        const once = createEvaluator(set);
        const again = createEvaluator(set);
        const oneByOne = Object.keys(segments)
          .map((key) => ({ segments: { [key]: segments[key] } }))
          .concat(Object.keys(flags).map((key) => ({ flags: { [key]: flags[key] } })) as never)
          .reduce(
            (evaluator, change) => evaluator.with(change as never),
            createEvaluator({ flags: {}, segments: {} }),
          );
        for (const context of contexts as readonly Context[]) {
          for (const key of FLAG_KEYS) {
            const answers = [once, again, oneByOne, once].map((evaluator) =>
              evaluator.evaluate(key, context, 'default'),
            );
            expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
          }
        }
      }),
      { numRuns: 150 },
    );
  });

  test('are explained by the answer that they give', () => {
    fc.assert(
      fc.property(world(4), ({ flags, segments, contexts }) => {
        const evaluator = createEvaluator({ flags, segments } as never);
        for (const context of contexts as readonly Context[]) {
          for (const key of FLAG_KEYS) {
            const { detail, steps, summary } = evaluator.explain(key, context);
            expect(detail).toEqual(evaluator.evaluate(key, context, null));
            expect(steps.at(-1)).toMatchObject({
              kind: 'outcome',
              depth: 0,
              text: summary,
              data: { reason: detail.reason },
            });
          }
        }
      }),
      { numRuns: 150 },
    );
  });

  test('are one among all flags as they are alone', () => {
    fc.assert(
      fc.property(world(4), ({ flags, segments, contexts }) => {
        const evaluator = createEvaluator({ flags, segments } as never);
        for (const context of contexts as readonly Context[]) {
          const states = evaluator.evaluateAll(context, { withReasons: true });
          for (const [key, { value, reason, variation }] of Object.entries(states)) {
            const detail = evaluator.evaluate(key, context, null);
            expect({ value, reason, variationIndex: variation ?? null }).toEqual(detail);
          }
        }
      }),
      { numRuns: 150 },
    );
  });

  test('that lint finds no error in are never malformed', () => {
    let whole = 0;
    fc.assert(
      fc.property(world(4), (generated) => {
        const { flags, segments } = withoutErrors(JSON.parse(JSON.stringify(generated)) as World);
        const evaluator = createEvaluator({ flags, segments } as never);
        for (const key of Object.keys(flags)) {
          for (const context of generated.contexts as readonly Context[]) {
            whole += 1;
            const { reason } = evaluator.evaluate(key, context, null);
            expect({ key, reason }).not.toMatchObject({ reason: { errorKind: 'MALFORMED_FLAG' } });
          }
        }
      }),
      { numRuns: 300 },
    );
    expect(whole).toBeGreaterThan(100);
  });
});

/** Takes what lint finds errors in away, and then what that made an error, until nothing is left to take. */
function withoutErrors(given: World): World {
  const isFine = (findings: readonly Finding[]): boolean =>
    findings.every(({ severity }) => severity !== 'error');
  const { flags, segments } = given;
  const kept: World = {
    ...given,
    flags: Object.fromEntries(Object.entries(flags).filter(([, item]) => isFine(lintFlag(item, given)))),
    segments: Object.fromEntries(
      Object.entries(segments).filter(([, item]) => isFine(lintSegment(item, given))),
    ),
  };
  return JSON.stringify(kept) === JSON.stringify(given) ? kept : withoutErrors(kept);
}
