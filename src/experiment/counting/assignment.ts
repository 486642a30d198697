/** In place of a variation: the unit is a bot, as a user agent of any of its events said. */
export const BOT = -2;

/** That a unit was served a variation in a phase, for the first time at `firstAt` (epoch milliseconds). */
export interface UnitExposure {
  readonly phase: number;
  readonly variation: number;
  readonly firstAt: number;
}

export type Assignment =
  | ({ readonly kind: 'counted' } & UnitExposure)
  /** It saw two variations in the phase in which it came: no arm counts it. */
  | { readonly kind: 'mixed'; readonly phase: number }
  /** Counted apart, in no arm. */
  | { readonly kind: 'bot'; readonly phase: number };

/**
 * A unit belongs to the phase in which it was first exposed, and to no other: phases are compared as if each had units of
 * its own, and within a phase every unit keeps its variation, so that nothing but chance decides between the arms.
 */
export function assignmentOf(exposures: readonly UnitExposure[]): Assignment | undefined {
  const [first] = exposures.toSorted((a, b) => a.firstAt - b.firstAt || a.phase - b.phase);
  if (first === undefined) return undefined;
  if (exposures.some(({ variation }) => variation === BOT)) return { kind: 'bot', phase: first.phase };
  const isMixed = exposures.some(
    ({ phase, variation }) => phase === first.phase && variation !== first.variation,
  );
  return isMixed ? { kind: 'mixed', phase: first.phase } : { kind: 'counted', ...first };
}

export const isSameAssignment = (a: Assignment | undefined, b: Assignment | undefined): boolean =>
  JSON.stringify(a) === JSON.stringify(b);

/** The exposures of a unit that turned out to be a bot; undefined: that is known, or it was never exposed. */
export function botExposure(exposures: readonly UnitExposure[]): UnitExposure | undefined {
  const assignment = assignmentOf(exposures);
  if (assignment === undefined || assignment.kind === 'bot') return undefined;
  const firstAt = Math.min(...exposures.map((each) => each.firstAt));
  return { phase: assignment.phase, variation: BOT, firstAt };
}

/** The exposures with one more; the same array when it tells nothing new. */
export function withExposure(
  exposures: readonly UnitExposure[],
  next: UnitExposure,
): readonly UnitExposure[] {
  const same = exposures.find(({ phase, variation }) => phase === next.phase && variation === next.variation);
  if (same === undefined) return [...exposures, next];
  if (same.firstAt <= next.firstAt) return exposures;
  return exposures.map((each) => (each === same ? next : each));
}
