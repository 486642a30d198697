import { placeOf, WITHOUT_KIND, type Placement } from '../compile/placement.ts';
import type { SegmentRuleNode } from '../compile/segment.ts';
import type { ExplanationStep } from '../evaluator.ts';
import { show } from '../show.ts';
import type { Trace } from './trace.ts';
import { border, bucketText, percent } from './words.ts';

/** Where the context stands in the share that a segment's rule takes; `undefined` when it takes all who match. */
export function explainSample(
  { weighted }: SegmentRuleNode,
  trace: Trace,
): { readonly text: string; readonly data: ExplanationStep['data'] } | undefined {
  if (weighted === undefined) {
    return undefined;
  }
  const { placement, share } = weighted;
  const place = placeOf(trace.context, placement);
  const bucket = Math.max(place, 0);
  const text = bucketText(bucket, [share]);
  const { contextKind, bucketBy } = placement;
  const value = placement.get(trace.context);
  return {
    text: `; it takes a sample by ${contextKind} ${bucketBy}${why(placement, place, value)}, and bucket ${text} ${
      bucket < share ? `< ${border(share)} is in` : `≥ ${border(share)} is not in`
    } its ${percent(share)}`,
    data: { bucket, share, contextKind, bucketBy, value },
  };
}

/** Why the bucket is 0 without being anybody's place. */
function why({ contextKind }: Placement, place: number, value: unknown): string {
  if (place === WITHOUT_KIND) {
    return `, where having no ${contextKind} counts as bucket 0`;
  }
  return typeof value === 'string' || Number.isInteger(value)
    ? ''
    : `, where ${show(value)}, which is no text and no whole number, counts as bucket 0`;
}
