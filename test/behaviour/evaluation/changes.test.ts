import { fc } from '../../support/seeded-fast-check.ts';
import { expect, test } from 'vitest';
import { createEvaluator } from '../../../src/evaluation/create-evaluator.ts';
import type { Evaluator, FlagSetChange } from '../../../src/evaluation/evaluator.ts';
import type { Context } from '../../../src/evaluation/model.ts';
import { bigSegments } from './differential/launchdarkly-reference.ts';
import { FLAG_KEYS, world, type World } from './differential/worlds.ts';
import { ANNA, evaluatorOf, flag } from '../../support/flag-builders.ts';

type Items = Readonly<Record<string, object | null>>;

/** Everything that an evaluator says to these contexts. */
const everything = (evaluator: Evaluator, contexts: readonly unknown[]): string =>
  JSON.stringify(
    (contexts as readonly Context[]).map((context) => [
      evaluator.evaluateAll(context, { withReasons: true }),
      FLAG_KEYS.map((key) => [
        evaluator.has(key),
        evaluator.evaluate(key, context, 'default'),
        evaluator.explain(key, context),
      ]),
    ]),
  );

/** What is there after a change: `null` takes away. */
const applied = (items: Items, changes: Items): Items =>
  Object.fromEntries(Object.entries({ ...items, ...changes }).filter(([, item]) => item !== null));

const fresh = (flags: Items, segments: Items): Evaluator =>
  createEvaluator({ flags, segments } as never, { bigSegments });

/** Another world’s definitions for some keys, and for others nothing any more. */
const someOf = (items: World['flags'], fates: readonly number[]): Items =>
  Object.fromEntries(
    Object.entries<object>(items)
      .map(([key, item], index) => [key, fates[index] === 0 ? null : item] as const)
      .filter((_, index) => (fates[index] ?? 0) < 2),
  );

const fates = fc.array(fc.nat({ max: 3 }), { minLength: 5, maxLength: 5 });

test('after any changes an evaluator is what a fresh one would be, and those before are what they were', () => {
  fc.assert(
    fc.property(
      world(3),
      fc.array(fc.tuple(world(0), fates, fates), { minLength: 1, maxLength: 4 }),
      (start, changes) => {
        let [flags, segments]: readonly [Items, Items] = [start.flags, start.segments];
        let evaluator = fresh(flags, segments);
        const said = [{ evaluator, answers: everything(evaluator, start.contexts) }];
        for (const [other, flagFates, segmentFates] of changes) {
          const change = {
            flags: someOf(other.flags, flagFates),
            segments: someOf(other.segments, segmentFates),
          };
          evaluator = evaluator.with(change as FlagSetChange);
          [flags, segments] = [applied(flags, change.flags), applied(segments, change.segments)];
          const answers = everything(evaluator, start.contexts);
          expect(JSON.parse(answers)).toEqual(JSON.parse(everything(fresh(flags, segments), start.contexts)));
          said.push({ evaluator, answers });
        }
        for (const { evaluator: before, answers } of said) {
          expect(everything(before, start.contexts)).toBe(answers);
        }
      },
    ),
    { numRuns: 60 },
  );
});

test('a change is not made to what was given', () => {
  fc.assert(
    fc.property(world(2), ({ flags, segments, contexts }) => {
      const before = structuredClone({ flags, segments, contexts });
      everything(fresh(flags, segments).with({ flags, segments } as never), contexts);
      expect({ flags, segments, contexts }).toEqual(before);
    }),
    { numRuns: 40 },
  );
});

test('states of flags that did not change are the same objects after it', () => {
  const first = evaluatorOf([flag(), flag({ key: 'other' })]);
  const next = first.with({ flags: { other: null } });
  expect(next.evaluateAll(ANNA)['flag']).toBe(first.evaluateAll(ANNA)['flag']);
  expect(Object.keys(next.evaluateAll(ANNA))).toEqual(['flag']);
});

test.each<[unknown]>([[{}], [null], [5], [[]], [{ flags: null }], [{ flags: 5, segments: [] }]])(
  '%j changes nothing',
  (change) => {
    const first = evaluatorOf([flag()]);
    expect(first.with(change as FlagSetChange).evaluate('flag', ANNA, null)).toBe(
      first.evaluate('flag', ANNA, null),
    );
  },
);
