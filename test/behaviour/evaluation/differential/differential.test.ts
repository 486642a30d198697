import { SEED, fc } from '../../../support/seeded-fast-check.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { EvaluationDetail } from '../../../../src/evaluation/detail.ts';
import type { Evaluator, ExpectedType, FlagSet } from '../../../../src/evaluation/evaluator.ts';
import { createEvaluator } from '../../../../src/library/evaluation/index.ts';
import { OPERATORS, type Context } from '../../../../src/evaluation/model.ts';
import { hangsTheSdk, KNOWN_BUGS, requiresItself } from './known-sdk-bugs.ts';
import { bigSegments, createReference, type Reference } from './launchdarkly-reference.ts';
import { FLAG_KEYS, world, type World } from './worlds.ts';

/** To see a failure again, put its seed here. */
const seed = SEED;
const WORLDS = 1_150;
const CONTEXTS = 20;
const DEFAULT = 'default';

/** What the SDK makes of it, or `undefined` where it throws. */
type Answer = EvaluationDetail | undefined;

const evaluatorOf = ({ flags, segments }: World): Evaluator =>
  createEvaluator({ flags, segments } as unknown as FlagSet, { bigSegments });

const same = (ours: EvaluationDetail, theirs: Answer): boolean =>
  JSON.stringify(ours) === JSON.stringify(theirs);

interface AllFlagsJson {
  readonly $flagsState: Readonly<Record<string, object>>;
}

/** A world from which the causes of the named bugs are gone. */
interface Repaired {
  readonly repaired: World;
  readonly names: readonly string[];
}

const MAX_BUGS_AT_ONCE = 3;
const MAX_REPAIRS = 500;

const repair = ({ repaired, names }: Repaired, flagKey: string): readonly Repaired[] =>
  KNOWN_BUGS.flatMap(({ name, repairs }) =>
    repairs(repaired, flagKey).map((world) => ({ repaired: world, names: [...names, name] })),
  );

const isMalformed = ({ reason }: EvaluationDetail): boolean =>
  reason.kind === 'ERROR' && reason.errorKind === 'MALFORMED_FLAG';

/** Where the SDK throws, malformed is the answer. */
const agrees = (ours: EvaluationDetail, theirs: Answer): boolean =>
  theirs === undefined ? isMalformed(ours) : same(ours, theirs);

/** As it comes over the wire: without what is undefined. */
const overTheWire = (given: World): World => ({
  ...(JSON.parse(JSON.stringify({ flags: given.flags, segments: given.segments })) as Pick<
    World,
    'flags' | 'segments'
  >),
  contexts: given.contexts,
});

describe(`against the LaunchDarkly node SDK (seed ${seed})`, () => {
  let reference: Reference;
  beforeAll(async () => {
    reference = await createReference();
  });
  afterAll(() => {
    reference.close();
  });

  const ask = async (flagKey: string, context: Context): Promise<Answer> =>
    reference.client.variationDetail(flagKey, context as never, DEFAULT).then(
      (detail) => detail as EvaluationDetail,
      () => undefined,
    );

  /** Is it by known bugs that the SDK comes to another answer? Counts those that it is. */
  async function explained(
    given: World,
    flagKey: string,
    context: Context,
    ours: EvaluationDetail,
    count: (bug: string) => void,
  ): Promise<boolean> {
    let worlds: readonly Repaired[] = [{ repaired: given, names: [] }];
    try {
      for (let bugs = 1; bugs <= MAX_BUGS_AT_ONCE; bugs += 1) {
        worlds = worlds.flatMap((before) => repair(before, flagKey)).slice(0, MAX_REPAIRS);
        for (const { repaired, names } of worlds) {
          reference.load(repaired.flags, repaired.segments);
          const sameContext = repaired.contexts[given.contexts.indexOf(context)] as Context;
          if (agrees(ours, await ask(flagKey, sameContext))) {
            const stillOurs = evaluatorOf(repaired).evaluate(flagKey, sameContext, DEFAULT);
            expect(stillOurs, 'the repaired world says the same').toEqual(ours);
            names.forEach(count);
            return true;
          }
        }
      }
      return false;
    } finally {
      reference.load(given.flags, given.segments);
    }
  }

  test('value, index and reason are the same, and every branch is reached', async () => {
    const seen = new Map<string, number>();
    const count = (what: string): void => {
      seen.set(what, (seen.get(what) ?? 0) + 1);
    };

    async function compare(
      given: World,
      evaluator: Evaluator,
      flagKey: string,
      context: Context,
    ): Promise<void> {
      const ours = evaluator.evaluate(flagKey, context, DEFAULT);
      const theirs = await ask(flagKey, context);
      count('pairs');
      count(ours.reason.kind);
      if (ours.reason.kind === 'ERROR') count(ours.reason.errorKind);
      if ('inExperiment' in ours.reason) count('in an experiment');
      if (ours.reason.bigSegmentsStatus !== undefined) count(ours.reason.bigSegmentsStatus);
      if (same(ours, theirs)) {
        return;
      }
      if (theirs === undefined && isMalformed(ours)) {
        count('the SDK throws');
        return;
      }
      if (!(await explained(given, flagKey, context, ours, count))) {
        expect({ flagKey, context, ...ours }).toEqual({ flagKey, context, ...(theirs ?? { thrown: true }) });
        expect(JSON.stringify(ours)).toBe(JSON.stringify(theirs));
      }
    }

    function explain(evaluator: Evaluator, flagKey: string, context: Context): void {
      const { detail, steps } = evaluator.explain(flagKey, context);
      expect(JSON.stringify(detail)).toBe(JSON.stringify(evaluator.evaluate(flagKey, context, null)));
      for (const { kind, data, matched } of steps) {
        if (kind === 'clause')
          count(`${typeof data['op'] === 'string' ? data['op'] : 'segmentMatch'} ${matched}`);
        else count(`step ${kind} ${matched}`);
      }
    }

    await fc.assert(
      fc.asyncProperty(world(CONTEXTS), async (generated) => {
        const given = overTheWire(generated);
        const evaluator = evaluatorOf(given);
        const contexts = given.contexts as readonly Context[];
        if (hangsTheSdk(given)) {
          count('the SDK would hang');
          FLAG_KEYS.forEach((flagKey) =>
            contexts.forEach((context) => evaluator.evaluate(flagKey, context, DEFAULT)),
          );
          return;
        }
        reference.load(given.flags, given.segments);
        for (const context of contexts) {
          for (const flagKey of FLAG_KEYS) {
            await compare(given, evaluator, flagKey, context);
          }
        }
        FLAG_KEYS.forEach((flagKey) =>
          contexts.slice(0, 4).forEach((context) => explain(evaluator, flagKey, context)),
        );
      }),
      { seed, numRuns: WORLDS },
    );

    expect(seen.get('pairs')).toBeGreaterThanOrEqual(100_000);
    const branches = [
      ...REASONS,
      ...OPERATORS.flatMap((op) => [`${op} true`, `${op} false`]),
      ...STEPS.flatMap((step) => [`step ${step} true`, `step ${step} false`]),
      ...KNOWN_BUGS.map(({ name }) => name),
      'the SDK throws',
      'the SDK would hang',
    ];
    expect(branches.filter((branch) => !seen.has(branch))).toEqual([]);
  }, 120_000);

  test('typed answers are the same', async () => {
    const types = ['boolean', 'string', 'number', 'json'] as const satisfies readonly ExpectedType[];
    const asTyped = async (type: ExpectedType, flagKey: string, context: never): Promise<unknown> => {
      switch (type) {
        case 'boolean':
          return reference.client.boolVariationDetail(flagKey, context, DEFAULT as never);
        case 'string':
          return reference.client.stringVariationDetail(flagKey, context, DEFAULT);
        case 'number':
          return reference.client.numberVariationDetail(flagKey, context, DEFAULT as never);
        case 'json':
          return reference.client.jsonVariationDetail(flagKey, context, DEFAULT);
        default:
          return type satisfies never;
      }
    };
    let wrong = 0;
    await fc.assert(
      fc.asyncProperty(world(3), fc.constantFrom(...types), async (generated, type) => {
        const given = overTheWire(generated);
        fc.pre(!hangsTheSdk(given));
        reference.load(given.flags, given.segments);
        const evaluator = evaluatorOf(given);
        for (const context of given.contexts as readonly Context[]) {
          for (const flagKey of FLAG_KEYS) {
            const ours = evaluator.evaluate(flagKey, context, DEFAULT);
            if (same(ours, await ask(flagKey, context))) {
              const typed = evaluator.evaluate(flagKey, context, DEFAULT, { expectedType: type });
              expect(typed).toEqual(await asTyped(type, flagKey, context as never));
              wrong += typed.reason.kind === 'ERROR' && typed.reason.errorKind === 'WRONG_TYPE' ? 1 : 0;
            }
          }
        }
      }),
      { seed, numRuns: 150 },
    );
    expect(wrong).toBeGreaterThan(0);
  }, 60_000);

  test('all flags of a context are the same as in the SDK’s all-flags state', async () => {
    await fc.assert(
      fc.asyncProperty(
        world(3),
        fc.boolean(),
        fc.boolean(),
        async (generated, clientSideOnly, withReasons) => {
          const given = overTheWire(generated);
          fc.pre(!hangsTheSdk(given));
          reference.load(given.flags, given.segments);
          const evaluator = evaluatorOf(given);
          for (const context of given.contexts as readonly Context[]) {
            const answers = await Promise.all(FLAG_KEYS.map((flagKey) => ask(flagKey, context)));
            const agree = FLAG_KEYS.every((flagKey, index) =>
              same(evaluator.evaluate(flagKey, context, DEFAULT), answers[index]),
            );
            if (!agree) {
              continue;
            }
            const theirs = await allFlags(context, { clientSideOnly, withReasons });
            const ours = evaluator.evaluateAll(context, {
              withReasons,
              ...(clientSideOnly ? { clientSide: 'environment-id' as const } : {}),
            });
            expect(Object.keys(ours).toSorted()).toEqual(Object.keys(theirs).toSorted());
            for (const flagKey of Object.keys(theirs).filter((key) => !requiresItself(given, key))) {
              expect({ flagKey, state: ours[flagKey] }).toEqual({ flagKey, state: theirs[flagKey] });
            }
          }
        },
      ),
      { seed, numRuns: 400 },
    );
  }, 60_000);

  async function allFlags(
    context: Context,
    options: { readonly clientSideOnly: boolean; readonly withReasons: boolean },
  ): Promise<Record<string, unknown>> {
    const state = await reference.client.allFlagsState(context as never, options);
    const details = (state.toJSON() as AllFlagsJson).$flagsState;
    return Object.fromEntries(
      Object.entries(state.allValues()).map(([flagKey, value]) => [flagKey, { value, ...details[flagKey] }]),
    );
  }
});

const REASONS = [
  'OFF',
  'TARGET_MATCH',
  'FALLTHROUGH',
  'RULE_MATCH',
  'PREREQUISITE_FAILED',
  'in an experiment',
  'FLAG_NOT_FOUND',
  'USER_NOT_SPECIFIED',
  'MALFORMED_FLAG',
  'HEALTHY',
  'STORE_ERROR',
  'NOT_CONFIGURED',
];
const STEPS = ['flag', 'prerequisite', 'target', 'rule', 'segment', 'rollout'];
