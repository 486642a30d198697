import { unexpected } from './feature-error.ts';

/** Node.js's timers fire at once for more than 24 days. */
const MAX_MS = 86_400_000;

/** @throws FeatureError that names the option, unless it is milliseconds above 0, at most a day */
export function checkedTimeout(option: string, ms: number): number {
  if (typeof ms === 'number' && ms > 0 && ms <= MAX_MS) return ms;
  throw unexpected(option, `milliseconds above 0, at most ${MAX_MS}`, ms);
}
