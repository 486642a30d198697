import { type ShareClass, type ShareClassCounts, sortClasses } from './share-class.ts';

const isSameClass = (a: ShareClass, b: ShareClass): boolean =>
  a.share === b.share && a.controlAtShare === b.controlAtShare;

/**
 * The totals with one more event. One state per guard and release, carried over all stages and never restarted.
 *
 * @returns the classes in fixed order
 */
export function countGuardEvent(
  counts: readonly ShareClassCounts[],
  { share, controlAtShare }: ShareClass,
  arm: 'control' | 'treatment',
): readonly ShareClassCounts[] {
  const shareClass: ShareClass = { share, controlAtShare };
  const before = counts.find((other) => isSameClass(other, shareClass));
  const after: ShareClassCounts = {
    ...shareClass,
    treatmentEvents: (before?.treatmentEvents ?? 0) + (arm === 'treatment' ? 1 : 0),
    controlEvents: (before?.controlEvents ?? 0) + (arm === 'control' ? 1 : 0),
  };
  return sortClasses([...counts.filter((other) => other !== before), after]);
}
