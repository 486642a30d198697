/** What a rollout of a flag, or a weighted rule of a segment, says about the places of its contexts. */
export interface BucketingInput {
  /** The flag's key, or the segment's. */
  readonly key: string;
  readonly salt: string;
  /** Absent: key and salt decide. */
  readonly seed: number | undefined;
}

/** Contexts' fixed places on the line from 0 to 1, each by the text that identifies it. */
export interface Buckets {
  bucketOf(value: string): number;
}

/** One way to place contexts. What does not depend on the context is worked out once. */
export type Bucketing = (input: BucketingInput) => Buckets;
