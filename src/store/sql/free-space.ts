import { type StatsFs, statfsSync } from 'node:fs';

/** What events leave of the disk, at most: room for thousands of changes of flags, which are written when events no longer are. */
const RESERVE_BYTES = 64 * 1024 * 1024;
/** Of a small disk a part. */
const RESERVE_SHARE = 0.05;

/** Whether only the reserve is left of a disk. A call costs microseconds. */
export function isNearlyFull({
  bavail,
  blocks,
  bsize,
}: Pick<StatsFs, 'bavail' | 'blocks' | 'bsize'>): boolean {
  return bavail * bsize < Math.min(RESERVE_BYTES, blocks * bsize * RESERVE_SHARE);
}

/** The same of the disk that holds a folder; false where the system does not say. */
export function isDiskNearlyFull(folder: string): boolean {
  try {
    return isNearlyFull(statfsSync(folder));
  } catch {
    return false;
  }
}
