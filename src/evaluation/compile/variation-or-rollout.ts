import type { Bucketing } from '../bucketing/bucketing.ts';
import type { CheckedContext } from '../context.ts';
import type { EvaluationDetail, EvaluationReason } from '../detail.ts';
import { isRecord, itemsOf, present, type JsonRecord } from '../json.ts';
import { MALFORMED, serveVariation } from '../make-detail.ts';
import type { JsonValue } from '../model.ts';
import { show } from '../show.ts';
import { bucketOf, compileBucketing, shareOf, WITHOUT_KIND, type BucketingNode } from './bucketing.ts';
import type { CompileCache } from './compile-cache.ts';
import type { ServedOutcome } from './outcome.ts';

/** Weights are thousandths of a percent. */
const WHOLE = 100_000;

/** Reasons that end in a variation or a rollout. */
export type ServeReason = Extract<EvaluationReason, { kind: 'FALLTHROUGH' | 'RULE_MATCH' }>;

export interface WeightedVariationNode {
  /** Contexts get the variation whose bound is the first above their bucket. */
  readonly upperBound: number;
  readonly weight: unknown;
  readonly variation: unknown;
  /** For contexts that count in the experiment; the same as `uncounted` without an experiment. */
  readonly counted: EvaluationDetail;
  /** For contexts without the rollout's kind, and for all where the variation is untracked. */
  readonly uncounted: EvaluationDetail;
}

/** What a rule or the fallthrough serves. */
export type ServeNode =
  | { readonly kind: 'variation'; readonly detail: EvaluationDetail }
  | {
      readonly kind: 'rollout';
      readonly bucketing: BucketingNode;
      readonly variations: readonly WeightedVariationNode[];
      readonly experiment: boolean;
      readonly serve: (context: CheckedContext) => EvaluationDetail;
    }
  | { readonly kind: 'malformed'; readonly problem: string };

export interface ServeInput {
  readonly key: string;
  readonly salt: unknown;
  readonly variations: readonly JsonValue[];
  /** `undefined`: the flag names a bucketing that does not exist. */
  readonly bucketing: Bucketing | undefined;
  /** Bounds are exact sums of weights, as the other bucketings have them; LaunchDarkly's are rounded at each step. */
  readonly exact: boolean;
  readonly cache: CompileCache;
}

export function compileServe(given: unknown, reason: ServeReason, input: ServeInput): ServeNode {
  if (!isRecord(given)) {
    return { kind: 'malformed', problem: 'there is no variation and no rollout to serve' };
  }
  const variation = present(given.variation);
  if (variation !== undefined) {
    return {
      kind: 'variation',
      detail: serveVariation(input.variations, variation, reason, input.cache.detail),
    };
  }
  return isRecord(given.rollout)
    ? compileRollout(given.rollout, reason, input)
    : { kind: 'malformed', problem: 'there is no variation and no rollout to serve' };
}

function compileRollout(rollout: JsonRecord, reason: ServeReason, input: ServeInput): ServeNode {
  const weighted: readonly unknown[] = itemsOf(rollout.variations);
  if (weighted.length === 0 || !weighted.every(isRecord)) {
    return { kind: 'malformed', problem: 'the rollout has no list of weighted variations' };
  }
  if (input.bucketing === undefined) {
    return { kind: 'malformed', problem: 'the flag names a bucketing that does not exist' };
  }
  const experiment = rollout.kind === 'experiment';
  const bucketing = compileBucketing(
    {
      key: input.key,
      salt: input.salt,
      seed: present(rollout.seed),
      contextKind: rollout.contextKind,
      bucketBy: experiment ? undefined : rollout.bucketBy,
    },
    input.bucketing,
    input.cache,
  );
  if (bucketing === undefined) {
    return { kind: 'malformed', problem: `${show(rollout.bucketBy)} is no valid attribute` };
  }
  const variations = compileWeights(weighted, experiment, reason, input);
  return { kind: 'rollout', bucketing, variations, experiment, serve: rolloutOutcome(bucketing, variations) };
}

function compileWeights(
  weighted: readonly JsonRecord[],
  experiment: boolean,
  reason: ServeReason,
  input: ServeInput,
): readonly WeightedVariationNode[] {
  let upperBound = 0;
  let sum = 0;
  return weighted.map((item) => {
    upperBound += shareOf(item);
    sum += shareOf(item) * WHOLE;
    const serve = (because: ServeReason): EvaluationDetail =>
      serveVariation(input.variations, present(item.variation), because, input.cache.detail);
    const uncounted = serve(reason);
    const counted = experiment && !item.untracked ? serve({ ...reason, inExperiment: true }) : uncounted;
    return {
      upperBound: input.exact ? sum / WHOLE : upperBound,
      weight: item.weight,
      variation: item.variation,
      counted,
      uncounted,
    };
  });
}

export function outcomeOf(node: ServeNode): ServedOutcome {
  switch (node.kind) {
    case 'variation':
      return node.detail;
    case 'malformed':
      return MALFORMED;
    case 'rollout':
      return node.serve;
  }
}

type Serve = (context: CheckedContext) => EvaluationDetail;

/** The first variation whose upper bound is above the bucket; above all of them, the last one. */
function rolloutOutcome(bucketing: BucketingNode, variations: readonly WeightedVariationNode[]): Serve {
  const last = variations.reduce((_, { counted }) => counted, MALFORMED);
  const withoutKind = variations.find(({ upperBound }) => upperBound > 0)?.uncounted ?? last;
  const [first, second, ...more] = variations;
  if (first !== undefined && second !== undefined && more.length === 0) {
    const weight = Math.round(first.upperBound * WHOLE);
    if (weight / WHOLE === first.upperBound) {
      return splitOutcome(bucketing, weight, first.counted, last, withoutKind);
    }
  }
  return weightedOutcome(bucketing, variations, last, withoutKind);
}

/**
 * Of two variations, as most rollouts have, only the first bound decides. As an integer it is part of the function;
 * another number would be an object of its own to fetch.
 */
function splitOutcome(
  { get, buckets, contextKind }: BucketingNode,
  weight: number,
  first: EvaluationDetail,
  second: EvaluationDetail,
  withoutKind: EvaluationDetail,
): Serve {
  return (context) => {
    const bucket = bucketOf(context, get, buckets, contextKind);
    if (bucket === WITHOUT_KIND) {
      return withoutKind;
    }
    return bucket < weight / WHOLE ? first : second;
  };
}

function weightedOutcome(
  { get, buckets, contextKind }: BucketingNode,
  variations: readonly WeightedVariationNode[],
  last: EvaluationDetail,
  withoutKind: EvaluationDetail,
): Serve {
  return (context) => {
    const bucket = bucketOf(context, get, buckets, contextKind);
    if (bucket === WITHOUT_KIND) {
      return withoutKind;
    }
    for (const { upperBound, counted } of variations) {
      if (bucket < upperBound) {
        return counted;
      }
    }
    return last;
  };
}
