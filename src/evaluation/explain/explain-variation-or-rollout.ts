import { bucketOf, WITHOUT_KIND } from '../compile/bucketing.ts';
import type { ServeNode, WeightedVariationNode } from '../compile/variation-or-rollout.ts';
import type { EvaluationDetail } from '../detail.ts';
import { isRecord, itemsOf } from '../json.ts';
import { MALFORMED } from '../make-detail.ts';
import { show } from '../show.ts';
import type { Trace } from './trace.ts';
import { boundText, bucketText, percent } from './text.ts';

type RolloutNode = Extract<ServeNode, { kind: 'rollout' }>;

/** The flag's variations, and what a rule or the fallthrough serves of them, as defined. */
export interface Serving {
  readonly variations: unknown;
  readonly given: unknown;
}

/** What a rule or the fallthrough serves; for a rollout, the context's bucket and the bounds. */
export function explainServe(
  node: ServeNode,
  { variations, given }: Serving,
  trace: Trace,
  depth: number,
): EvaluationDetail {
  const variation = isRecord(given) ? given.variation : undefined;
  switch (node.kind) {
    case 'variation':
      explainMissingVariation(node.detail, variation, variations, trace, depth);
      return node.detail;
    case 'malformed':
      trace.step('rollout', depth, false, `This is malformed: ${node.problem}.`);
      return MALFORMED;
    case 'rollout':
      return explainRollout(node, variations, trace, depth);
  }
}

/** An index without a variation gets a step. */
export function explainMissingVariation(
  detail: EvaluationDetail,
  variation: unknown,
  variations: unknown,
  trace: Trace,
  depth: number,
): void {
  if (detail.reason.kind === 'ERROR') {
    const { length } = itemsOf(variations);
    const text = `This is malformed: ${noVariation(variation, length)}.`;
    trace.step('rollout', depth, false, text, { variation, variations: length });
  }
}

/** `there is no variation 7, only 0 to 2`. */
export function noVariation(variation: unknown, count: number): string {
  return `there is no variation ${show(variation)}, ${count === 0 ? 'nor any other' : `only 0 to ${count - 1}`}`;
}

function explainRollout(
  node: RolloutNode,
  variations: unknown,
  trace: Trace,
  depth: number,
): EvaluationDetail {
  const { bucketing, variations: weighted, experiment } = node;
  const place = bucketOf(trace.context, bucketing.get, bucketing.buckets, bucketing.contextKind);
  const bucket = place === WITHOUT_KIND ? 0 : place;
  const detail = node.serve(trace.context);
  const slice = weighted.find((one) => bucket < one.upperBound) ?? weighted.at(-1);
  const problem =
    detail.reason.kind === 'ERROR'
      ? `; that is malformed: ${noVariation(slice?.variation, itemsOf(variations).length)}`
      : '';
  trace.step(
    'rollout',
    depth,
    detail.variationIndex !== null,
    `${subjectOf(node, place, trace)}: ${boundsText(bucket, weighted)}${problem}.`,
    {
      bucket,
      contextKind: bucketing.contextKind,
      bucketBy: bucketing.bucketBy,
      value: bucketing.get(trace.context),
      experiment,
      inExperiment: detail.reason.kind !== 'ERROR' && 'inExperiment' in detail.reason,
      variations: weighted.map(({ variation, weight, upperBound: upTo }) => ({
        variation,
        weight,
        upperBound: upTo,
      })),
    },
  );
  return detail;
}

function subjectOf({ bucketing, experiment }: RolloutNode, place: number, trace: Trace): string {
  const what = `the ${experiment ? 'experiment' : 'rollout'} by ${bucketing.contextKind} ${bucketing.bucketBy}`;
  if (place === WITHOUT_KIND) {
    return `The context has no ${bucketing.contextKind}, which means bucket 0 in ${what}`;
  }
  const value = bucketing.get(trace.context);
  const bucketable = typeof value === 'string' || Number.isInteger(value);
  return bucketable
    ? `In ${what}, ${show(value)} has a fixed bucket`
    : `${bucketing.contextKind} ${bucketing.bucketBy} is neither text nor an integer, which means bucket 0 in ${what}`;
}

/** `bucket 0.3312 ≥ 0.20, so not in the 20 % of variation 0; bucket 0.3312 < 1.00, so in the 80 % of variation 1`. */
function boundsText(bucket: number, slices: readonly WeightedVariationNode[]): string {
  const text = bucketText(
    bucket,
    slices.map((slice) => slice.upperBound),
  );
  const sentences: string[] = [];
  let start = 0;
  for (const slice of slices) {
    const share = percent(slice.upperBound - start);
    const variation = `variation ${show(slice.variation)}`;
    if (bucket < slice.upperBound) {
      sentences.push(`bucket ${text} < ${boundText(slice.upperBound)}, so in the ${share} of ${variation}`);
      return sentences.join('; ');
    }
    sentences.push(`bucket ${text} ≥ ${boundText(slice.upperBound)}, so not in the ${share} of ${variation}`);
    start = slice.upperBound;
  }
  sentences.push('above every bound, so the last one is served');
  return sentences.join('; ');
}
