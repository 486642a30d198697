import type { Bucketing } from '../bucketing/bucketing.ts';
import type { CheckedContext } from '../context.ts';
import type { EvaluationDetail, EvaluationReason } from '../detail.ts';
import { isRecord, itemsOf, present, type JsonRecord } from '../json.ts';
import type { JsonValue } from '../model.ts';
import { MALFORMED, serveVariation } from '../make-detail.ts';
import { show } from '../show.ts';
import { compileBucketing, bucketOf, shareOf, WITHOUT_KIND, type BucketingNode } from './bucketing.ts';
import type { CompileCache } from './compile-cache.ts';

/** The reasons that a variation or rollout can be the end of. */
export type ServeReason = Extract<EvaluationReason, { kind: 'FALLTHROUGH' | 'RULE_MATCH' }>;

export interface WeightedVariationNode {
  /** The bucket's upper upperBound: whoever stands below it, and not below an earlier one, is served this. */
  readonly upperBound: number;
  readonly weight: unknown;
  readonly variation: unknown;
  /** For whoever counts in the experiment; the same as `uncounted` where there is none. */
  readonly counted: EvaluationDetail;
  /** For whoever is served it without a place of their own, or where the variation is untracked. */
  readonly uncounted: EvaluationDetail;
}

/** What a rule or the fallthrough serves. */
export type ServeNode =
  | { readonly kind: 'variation'; readonly detail: EvaluationDetail }
  | {
      readonly kind: 'rollout';
      readonly bucketing: BucketingNode;
      readonly slices: readonly WeightedVariationNode[];
      readonly experiment: boolean;
      readonly serve: Serve;
    }
  | { readonly kind: 'malformed'; readonly problem: string };

export interface ServeInput {
  readonly key: string;
  readonly salt: unknown;
  readonly variations: readonly JsonValue[];
  /** `undefined`: the flag names one that does not exist. */
  readonly bucketing: Bucketing | undefined;
  /** Borders are shares of sums, as the other bucketings have them; LaunchDarkly's are sums of shares. */
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
      detail: serveVariation(input.variations, variation, reason, input.cache.outcome),
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
  const slices = sliceUp(weighted, experiment, reason, input);
  return { kind: 'rollout', bucketing, slices, experiment, serve: rolloutServe(bucketing, slices) };
}

function sliceUp(
  weighted: readonly JsonRecord[],
  experiment: boolean,
  reason: ServeReason,
  input: ServeInput,
): readonly WeightedVariationNode[] {
  let upperBound = 0;
  let sum = 0;
  return weighted.map((slice) => {
    // LaunchDarkly's borders are sums of shares, rounding and all; elsewhere they are the shares of sums.
    upperBound += shareOf(slice);
    sum += shareOf(slice) * 100_000;
    const serve = (because: ServeReason): EvaluationDetail =>
      serveVariation(input.variations, present(slice.variation), because, input.cache.outcome);
    const uncounted = serve(reason);
    const counted = experiment && !slice.untracked ? serve({ ...reason, inExperiment: true }) : uncounted;
    return {
      upperBound: input.exact ? sum / 100_000 : upperBound,
      weight: slice.weight,
      variation: slice.variation,
      counted,
      uncounted,
    };
  });
}

export type Serve = (context: CheckedContext) => EvaluationDetail;

/** One outcome for everybody, or one that each context's place decides. */
export type Served = EvaluationDetail | Serve;

export function outcomeOf(node: ServeNode): Served {
  switch (node.kind) {
    case 'variation':
      return node.detail;
    case 'malformed':
      return MALFORMED;
    case 'rollout':
      return node.serve;
  }
}

export function resolve(served: Served, context: CheckedContext): EvaluationDetail {
  return typeof served === 'function' ? served(context) : served;
}

/** The first slice whose upperBound is past the bucket; past them all, the last, which counts even without the kind. */
function rolloutServe(bucketing: BucketingNode, slices: readonly WeightedVariationNode[]): Serve {
  const last = slices.reduce((_, slice) => slice.counted, MALFORMED);
  const withoutKind = slices.find(({ upperBound }) => upperBound > 0)?.uncounted ?? last;
  const [first, second, ...more] = slices;
  if (first !== undefined && second !== undefined && more.length === 0) {
    return splitServe(bucketing, first, second.counted, withoutKind);
  }
  const steps = slices.map(({ upperBound, counted }) => ({ upperBound, counted }));
  return (context) => {
    const bucket = bucketOf(context, bucketing);
    if (bucket === WITHOUT_KIND) {
      return withoutKind;
    }
    for (const step of steps) {
      if (bucket < step.upperBound) {
        return step.counted;
      }
    }
    return last;
  };
}

/** Of two slices, as most rollouts have, only the first upperBound decides. */
function splitServe(
  { get, buckets, contextKind }: BucketingNode,
  { upperBound, counted }: WeightedVariationNode,
  otherwise: EvaluationDetail,
  withoutKind: EvaluationDetail,
): Serve {
  return (context) => {
    const bucket = bucketOf(context, { get, buckets, contextKind });
    if (bucket === WITHOUT_KIND) {
      return withoutKind;
    }
    return bucket < upperBound ? counted : otherwise;
  };
}
