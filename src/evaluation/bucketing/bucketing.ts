/** What a rollout of a flag, or a weighted rule of a segment, gives its bucketing. */
export interface BucketingInput {
  /** The flag's key, or the segment's. */
  readonly key: string;
  readonly salt: string;
  /** Absent: key and salt decide. */
  readonly seed: number | undefined;
}

/** The buckets, from 0 to 1, of one rollout. */
export interface Buckets {
  /** @param value the attribute that identifies the context, as text */
  bucketOf(value: string): number;
}

/** One way to give contexts their buckets. What does not depend on the context is computed once, here. */
export type Bucketing = (input: BucketingInput) => Buckets;
