/** The marks of a fader stand at equal distances, so that the first steps of a release have the most room. */
export const MARKS = [0, 1, 5, 10, 25, 50, 100] as const;

/** Position of a percentage on the fader, 0–100 % of its length, linear between two marks. */
export function faderPosition(percentage: number): number {
  const last = MARKS.length - 1;
  const upper = MARKS.findIndex((mark) => mark >= percentage);
  if (upper === -1) return 100;
  const [low = 0, high = 0] = [MARKS[upper - 1], MARKS[upper]];
  if (upper === 0 || high === low) return 0;
  return ((upper - 1 + (percentage - low) / (high - low)) / last) * 100;
}

/** `25 %`, `0.125 %`: exact to a thousandth, without needless zeros; never broken at the blank. */
export const percentText = (percentage: number): string => `${Number(percentage.toFixed(3))}\u00a0%`;
