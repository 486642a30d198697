import {
  addTiltValue,
  startTilt,
  tiltLogE,
  type TiltScale,
} from '../../../src/experiment/statistics/e-arm-tilt.ts';
import {
  addEvent,
  RISING_RATIOS,
  startEventsEvidence,
} from '../../../src/experiment/statistics/e-events-mixture.ts';
import { eScoreMixture } from '../../../src/experiment/statistics/e-score-mixture.ts';
import { logSumExp } from '../../../src/experiment/statistics/special/log-sum-exp.ts';
import { quantile } from '../../../src/experiment/statistics/winsorise.ts';
import { createRandom, type Random } from '../../../src/experiment/statistics/random.ts';
import { normal } from './random.ts';

const SHARE = 0.1;
const LOG_THRESHOLD = Math.log(100);
const BATCH = 20;
const LIMIT_MS = 500;

/** Milliseconds: log-normal around 150, and 3 in 1,000 that time out after 5 to 30 seconds. */
export const pageDuration = (random: Random): number =>
  random() < 0.003 ? 5_000 + 25_000 * random() : 150 * Math.exp(0.8 * normal(random));

/** What the guard knows before the release: a day of pages of the control. */
function history(): { readonly tilt: TiltScale; readonly mean: number; readonly variance: number } {
  const random = createRandom(4_711);
  const sorted = Array.from({ length: 20_000 }, () => pageDuration(random)).toSorted((a, b) => a - b);
  const mean = sorted.reduce((sum, value) => sum + value, 0) / sorted.length;
  const variance = sorted.reduce((sum, value) => sum + (value - mean) ** 2, 0) / sorted.length;
  const cap = quantile(sorted, 0.99);
  const capped = sorted.map((value) => Math.min(value, cap));
  const centre = capped.reduce((sum, value) => sum + value, 0) / capped.length;
  const scale = Math.sqrt(capped.reduce((sum, value) => sum + (value - centre) ** 2, 0) / capped.length);
  return { tilt: { cap, centre, scale }, mean, variance };
}

const HISTORY = history();

/** Evidence after each page, of one kind. */
interface DurationGuard {
  add(treated: boolean, milliseconds: number): void;
  logE(): number;
}

function shareOverLimit(): DurationGuard {
  let evidence = startEventsEvidence(RISING_RATIOS);
  return {
    add: (treated, milliseconds) => {
      if (milliseconds > LIMIT_MS) evidence = addEvent(evidence, RISING_RATIOS, SHARE, treated ? 1 : 0);
    },
    logE: () => logSumExp(evidence),
  };
}

function winsorisedTilt(): DurationGuard {
  let state = startTilt(HISTORY.tilt);
  return {
    add: (treated, value) => {
      state = addTiltValue(state, { share: SHARE, arm: treated ? 1 : 0, value }, HISTORY.tilt);
    },
    logE: () => tiltLogE(state),
  };
}

/** A score test on the values as they come, scaled with their own variance so far. */
function rawMean(): DurationGuard {
  let score = 0;
  let variance = 0;
  // Narrowest at about 5,000 pages.
  const rho = Math.sqrt(11 / (5_000 * SHARE * (1 - SHARE) * HISTORY.variance));
  return {
    add: (treated, milliseconds) => {
      const distance = milliseconds - HISTORY.mean;
      score += ((treated ? 1 : 0) - SHARE) * distance;
      variance += SHARE * (1 - SHARE) * distance * distance;
    },
    logE: () => {
      const evidence = eScoreMixture({ score, variance, rho });
      return evidence.status === 'ok' ? evidence.logEOneSided : 0;
    },
  };
}

export const DURATION_GUARDS = {
  'share over 500 ms': shareOverLimit,
  'winsorised tilt': winsorisedTilt,
  'raw mean': rawMean,
} as const;
export type DurationGuardName = keyof typeof DURATION_GUARDS;

/**
 * A guard on one page of each listener, looked at every 20.
 *
 * @param slower what the treatment's durations are multiplied with
 * @returns treated listeners until it trips; null where it does not
 */
export function simulateDurations(
  random: Random,
  name: DurationGuardName,
  { slower, listeners }: { readonly slower: number; readonly listeners: number },
): number | null {
  const guard = DURATION_GUARDS[name]();
  let treatedListeners = 0;
  for (let listener = 1; listener <= listeners; listener += 1) {
    const treated = random() < SHARE;
    if (treated) treatedListeners += 1;
    guard.add(treated, pageDuration(random) * (treated ? slower : 1));
    if (listener % BATCH === 0 && guard.logE() >= LOG_THRESHOLD) return treatedListeners;
  }
  return null;
}
