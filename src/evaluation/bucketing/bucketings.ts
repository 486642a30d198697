import type { BucketingName } from '../model.ts';
import type { Bucketing } from './bucketing.ts';
import { pyrollout } from './pyrollout.ts';
import { sha256PercentBucketing } from './sha256-percent.ts';
import { slowroll } from './slowroll.ts';

const BUCKETINGS: ReadonlyMap<unknown, Bucketing> = new Map<unknown, Bucketing>(
  Object.entries({
    'sha256-percent': sha256PercentBucketing,
    slowroll,
    pyrollout,
  } satisfies Record<BucketingName, Bucketing>),
);

/** The bucketing that a flag names instead of LaunchDarkly's; `undefined` when there is none of that name. */
export function bucketingNamed(name: unknown): Bucketing | undefined {
  return BUCKETINGS.get(name);
}
