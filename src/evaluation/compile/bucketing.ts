import { parseAttribute, type AttributeGetter } from '../attribute.ts';
import type { Bucketing, Buckets } from '../bucketing/bucketing.ts';
import { contextOfKind, kindsOf, type CheckedContext } from '../context.ts';
import { present, primitiveText, toNumber, type JsonRecord } from '../json.ts';
import type { CompileCache } from './compile-cache.ts';

/** The context lacks the rollout's kind: this counts as bucket 0, but not as part of an experiment. */
export const WITHOUT_KIND = -1;

/** How one rollout, or one weighted segment rule, gives contexts their buckets. */
export interface BucketingNode {
  readonly get: AttributeGetter;
  readonly buckets: Buckets;
  readonly contextKind: string;
  readonly bucketBy: string;
}

interface BucketingInput {
  readonly key: string;
  readonly salt: unknown;
  readonly seed?: unknown;
  /** Absent: `user`. */
  readonly contextKind: unknown;
  /** Absent or empty: `key`. */
  readonly bucketBy: unknown;
}

/** `undefined` when `bucketBy` is no valid attribute. */
export function compileBucketing(
  input: BucketingInput,
  bucketing: Bucketing,
  cache: CompileCache,
): BucketingNode | undefined {
  const path = input.bucketBy ? parseAttribute(input.bucketBy, !input.contextKind) : ['key'];
  if (path === undefined) {
    return undefined;
  }
  const given = present(input.contextKind);
  const contextKind = given === undefined ? 'user' : (primitiveText(given) ?? '');
  // The kinds are a list, even of one element, and a list has no bucket.
  const get: AttributeGetter = path.join('/') === 'kind' ? kindsOf : cache.getter(contextKind, path);
  const buckets = bucketing({
    key: input.key,
    salt: saltText(input.salt),
    // The node SDK reads a seed of 0 as none; `lint` reports it.
    seed: input.seed ? toNumber(input.seed) : undefined,
  });
  return {
    get,
    buckets,
    contextKind,
    bucketBy: primitiveText(input.bucketBy) || 'key',
  };
}

/** The bucket, or `WITHOUT_KIND`. A value that is neither text nor an integer has bucket 0. */
export function bucketOf(
  context: CheckedContext,
  get: AttributeGetter,
  buckets: Buckets,
  contextKind: string,
): number {
  const value = get(context);
  if (typeof value === 'string') {
    return buckets.bucketOf(value);
  }
  if (Number.isInteger(value)) {
    return buckets.bucketOf(String(value));
  }
  return contextOfKind(context, contextKind) === undefined ? WITHOUT_KIND : 0;
}

function saltText(salt: unknown): string {
  return salt ? (primitiveText(salt) ?? '') : '';
}

/** A weight as the share that the node SDK makes of it. */
export function shareOf(weighted: JsonRecord): number {
  return toNumber(present(weighted.weight)) / 100_000;
}
