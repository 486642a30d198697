import type { JsonValue } from '../../evaluation/model.ts';
import type { SlowrollEntry } from '../../shared/slowroll-document/entry.ts';

/**
 * The value of an entry for a hash key at a time.
 *
 * A rising share: no hash key before the start; then those whose position is below the line from `startShare` to
 * `endShare`. From 0 to 100 % that is `now ≥ start + duration × position`, slowroll's own rule. A falling share
 * (a rollback): `startShare` until the start, and then the last to get `new` are the first to lose it.
 *
 * @param now microseconds since the epoch
 * @param positionOf the hash key's position, from 0 up to, but not including, 1; called only where it decides.
 * `undefined`: unknown, so the value is `stable`.
 */
export function decideSlowroll(
  entry: SlowrollEntry,
  hashKey: string,
  positionOf: (hashKey: string) => number | undefined,
  now: number,
): JsonValue {
  if (entry.next === undefined) return entry.stable;
  if (isEarlyAdopter(entry, hashKey)) return entry.next;
  if (entry.interpolate) return interpolated(entry, entry.next, now);
  const position = positionOf(hashKey);
  if (position === undefined) return entry.stable;
  const inNew =
    entry.endShare >= entry.startShare ? hasEntered(entry, position, now) : hasNotLeft(entry, position, now);
  return inNew ? entry.next : entry.stable;
}

function isEarlyAdopter(entry: SlowrollEntry, hashKey: string): boolean {
  return (
    entry.earlyAdopters.has(hashKey) || entry.earlyAdopterPatterns.some((pattern) => pattern.test(hashKey))
  );
}

function hasEntered(
  { startShare, endShare, startTime, duration }: SlowrollEntry,
  position: number,
  now: number,
): boolean {
  if (now < startTime) return false;
  if (position < startShare) return true;
  if (position >= endShare) return false;
  return now >= startTime + roundHalfEven((duration * (position - startShare)) / (endShare - startShare));
}

function hasNotLeft(
  { startShare, endShare, startTime, duration }: SlowrollEntry,
  position: number,
  now: number,
): boolean {
  if (position >= startShare) return false;
  if (position < endShare || now < startTime) return true;
  return now < startTime + roundHalfEven((duration * (startShare - position)) / (startShare - endShare));
}

function interpolated(entry: SlowrollEntry, next: JsonValue, now: number): JsonValue {
  const { stable, startTime, duration, startShare, endShare } = entry;
  if (typeof stable !== 'number' || typeof next !== 'number') return stable;
  const rising = endShare >= startShare;
  if (now < startTime) return between(stable, next, rising ? 0 : startShare);
  const progress = duration === 0 ? 1 : Math.min(1, (now - startTime) / duration);
  return between(stable, next, progress === 1 ? endShare : startShare + (endShare - startShare) * progress);
}

/** Exact at both ends, and never beyond them: `0.2 + (0.9 - 0.2)` is not quite 0.9. */
function between(from: number, to: number, share: number): number {
  if (share === 0) return from;
  if (share === 1) return to;
  const span = to - from;
  const value = Number.isFinite(span) ? from + span * share : from * (1 - share) + to * share;
  return Math.min(Math.max(value, Math.min(from, to)), Math.max(from, to));
}

/** As the original's clock rounds products to microseconds. */
function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}
