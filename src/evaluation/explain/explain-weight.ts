import { bucketOf, WITHOUT_KIND, type BucketingNode } from '../compile/bucketing.ts';
import type { SegmentRuleNode } from '../compile/segment.ts';
import type { ExplanationStep } from '../evaluator.ts';
import { show } from '../show.ts';
import type { Trace } from './trace.ts';
import { boundText, bucketText, percent } from './text.ts';

/** Is the context's bucket in the share that a segment's rule takes? `undefined` when it takes every match. */
export function explainWeight(
  { weighted }: SegmentRuleNode,
  trace: Trace,
): { readonly text: string; readonly data: ExplanationStep['data'] } | undefined {
  if (weighted === undefined) {
    return undefined;
  }
  const { bucketing, share } = weighted;
  const place = bucketOf(trace.context, bucketing.get, bucketing.buckets, bucketing.contextKind);
  const bucket = Math.max(place, 0);
  const text = bucketText(bucket, [share]);
  const { contextKind, bucketBy } = bucketing;
  const value = bucketing.get(trace.context);
  return {
    text: `; it takes a share by ${contextKind} ${bucketBy}${why(bucketing, place, value)}, and bucket ${text} ${
      bucket < share ? `< ${boundText(share)} is in` : `≥ ${boundText(share)} is not in`
    } its ${percent(share)}`,
    data: { bucket, share, contextKind, bucketBy, value },
  };
}

/** Why the bucket is 0 without a value that has this bucket. */
function why({ contextKind }: BucketingNode, place: number, value: unknown): string {
  if (place === WITHOUT_KIND) {
    return `, where a context without ${contextKind} has bucket 0`;
  }
  return typeof value === 'string' || Number.isInteger(value)
    ? ''
    : `, where ${show(value)}, neither text nor an integer, has bucket 0`;
}
