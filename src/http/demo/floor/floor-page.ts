import { type Crowd, MAX_CROWD, MIN_CROWD, type Seat } from '../../../demo/crowd.ts';
import { describeFaults, type Faults, isFaulty } from '../../../demo/faults.ts';
import { PACES } from '../../../demo/pace.ts';
import { CROWD_PERSONAS } from '../../../demo/personas.ts';
import type { PersonaCount } from '../../../demo/served-counts.ts';
import type { StopwatchReading } from '../../../demo/stopwatch.ts';
import type { ReplayState } from '../runs/run-routes.ts';
import type { ReleaseView } from '../playlist-release.ts';

export interface FloorPage {
  readonly crowd: {
    readonly isThere: boolean;
    readonly size: number;
    readonly min: number;
    readonly max: number;
  };
  readonly personas: readonly string[];
  readonly counts: readonly PersonaCount[];
  readonly total: Pick<PersonaCount, 'control' | 'treatment' | 'waiting'>;
  /** Of those who have had a page: percent of each version. */
  readonly shares: { readonly control: number; readonly treatment: number };
  readonly release: ReleaseView | undefined;
  readonly faults: {
    readonly errorPercent: number;
    readonly latencyMs: number;
    readonly wrongOrder: boolean;
    /** Undefined: nothing is broken. */
    readonly text: string | undefined;
  };
  readonly stopwatch: {
    /** Epoch milliseconds; undefined: it does not run. */
    readonly runningSince: number | undefined;
    /** `7.4`, in seconds. */
    readonly seconds: string | undefined;
    readonly verdict: string | undefined;
  };
  /** Where the flags come from, in a sentence. */
  readonly flagsFrom: string;
  /** How fast releases run. */
  readonly paces: readonly { readonly times: number; readonly text: string; readonly isCurrent: boolean }[];
  /** How a replay goes or went, in a sentence. */
  readonly replay: { readonly isRunning: boolean; readonly text: string };
  readonly canSave: boolean;
}

export interface FloorInput {
  readonly crowd: Pick<Crowd, 'run'>;
  readonly counts: readonly PersonaCount[];
  readonly release: ReleaseView | undefined;
  readonly faults: Faults;
  readonly stopwatch: StopwatchReading;
  readonly flagsFrom: string;
  readonly pace: number;
  readonly replay: ReplayState;
  readonly canSave: boolean;
}

const USUAL_SIZE = 300;

export function floorPage({
  crowd,
  counts,
  release,
  faults,
  stopwatch,
  flagsFrom,
  pace,
  replay,
  canSave,
}: FloorInput): FloorPage {
  const run = crowd.run();
  const total = totalOf(counts);
  const { brokenAt, tookMs, verdict } = stopwatch;
  return {
    crowd: { isThere: run !== undefined, size: run?.size ?? USUAL_SIZE, min: MIN_CROWD, max: MAX_CROWD },
    personas: CROWD_PERSONAS.map(({ name }) => name),
    counts,
    total,
    shares: sharesOf(total),
    release,
    faults: {
      errorPercent: Math.round(faults.errorRate * 100),
      latencyMs: faults.latencyMs,
      wrongOrder: faults.wrongOrder,
      text: isFaulty(faults) ? describeFaults(faults) : undefined,
    },
    stopwatch: {
      runningSince: tookMs === undefined ? brokenAt : undefined,
      seconds: tookMs === undefined ? undefined : (tookMs / 1_000).toFixed(1),
      verdict,
    },
    flagsFrom,
    paces: PACES.map((times) => ({
      times,
      text: times === 0 ? 'Pause' : `${times}×`,
      isCurrent: times === pace,
    })),
    replay: { isRunning: replay.state === 'running', text: replayText(replay) },
    canSave,
  };
}

function replayText(replay: ReplayState): string {
  switch (replay.state) {
    case 'none':
      return 'A run is the crowd’s seed and everything that was done; done again, it comes to the same decisions.';
    case 'running':
      return 'The run is being done again.';
    case 'over':
      return String(replay.got) === String(replay.expected)
        ? `The same decisions: ${replay.got.join(', then ')}.`
        : `Other decisions: ${replay.got.join(', then ')} instead of ${replay.expected.join(', then ')}.`;
    default:
      return replay satisfies never;
  }
}

const totalOf = (counts: readonly PersonaCount[]): FloorPage['total'] => ({
  control: counts.reduce((sum, { control }) => sum + control, 0),
  treatment: counts.reduce((sum, { treatment }) => sum + treatment, 0),
  waiting: counts.reduce((sum, { waiting }) => sum + waiting, 0),
});

function sharesOf({ control, treatment }: FloorPage['total']): FloorPage['shares'] {
  const all = control + treatment;
  if (all === 0) return { control: 0, treatment: 0 };
  const percent = Math.round((100 * treatment) / all);
  return { control: 100 - percent, treatment: percent };
}

/** Where a click on a dot leads: the site as this listener sees it. */
export function siteAddress({ key, persona }: Pick<Seat, 'key' | 'persona'>): string {
  const { groups = [], country = '', plan = '' } = CROWD_PERSONAS[persona] ?? {};
  return `/?${new URLSearchParams({ user: key, groups: groups.join(','), country, plan }).toString()}`;
}
