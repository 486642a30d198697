import type { PlanDocument } from './plan-document.ts';
import { parseDuration } from './duration.ts';
import { weightOf } from './share.ts';

type Ramp = NonNullable<PlanDocument['ramp']>;

/** More steps would change the flag more often without anybody seeing the difference. */
const MAX_STEPS = 50;
const MIN_STEP_MS = 1_000;
const DOUBLINGS = 6;

/** How far the share has risen, from 0 to 1, when `progress` of the time is over. */
function risen(curve: NonNullable<Ramp['curve']>, progress: number): number {
  switch (curve) {
    case 'linear':
      return progress;
    case 'ease-in':
      return progress ** 2;
    case 'exponential':
      return (2 ** (DOUBLINGS * progress) - 1) / (2 ** DOUBLINGS - 1);
    default:
      return curve satisfies never;
  }
}

/**
 * A continuous ramp as steps of equal length, each a stage of its own: what is decided of stages (guards, pauses,
 * freezes) is so decided of ramps, too. Steps that would not change the share are joined.
 */
export function rampSteps({
  duration,
  curve = 'linear',
  startShare = 0,
  endShare = 100,
}: Ramp): readonly { readonly share: number; readonly holdMs: number }[] {
  const durationMs = parseDuration(duration);
  const count = Math.max(1, Math.min(MAX_STEPS, Math.floor(durationMs / MIN_STEP_MS)));
  const holdMs = durationMs / count;
  const steps: { readonly share: number; holdMs: number }[] = [];
  for (let step = 1; step <= count; step += 1) {
    const share = weightOf(startShare + (endShare - startShare) * risen(curve, step / count));
    const last = steps.at(-1);
    if (last?.share === share) last.holdMs += holdMs;
    else steps.push({ share, holdMs });
  }
  return steps;
}
