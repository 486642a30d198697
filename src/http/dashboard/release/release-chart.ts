import { scaleLinear } from 'd3-scale';
import { curveStepAfter, line } from 'd3-shape';
import { percentOf } from '../../../release/plan/share.ts';
import type { Decision, Release } from '../../../release/run/release.ts';
import { isOver } from '../../../release/machine/release-state.ts';
import { momentOf, type Moment } from '../text/moment.ts';

/** The share over time, in a box of `width` × `height`. */
export interface ReleaseChart {
  readonly width: number;
  readonly height: number;
  /** Where the times begin; the shares stand before. */
  readonly left: number;
  /** `d` of the path that the share has taken. */
  readonly past: string;
  /** What the plan makes of the time to come; undefined when the release is over. */
  readonly plan: string | undefined;
  readonly marks: readonly { readonly x: number; readonly y: number; readonly sentence: string }[];
  readonly levels: readonly { readonly y: number; readonly text: string }[];
  readonly from: Moment;
  readonly to: Moment;
  /** What the chart shows, in a sentence. */
  readonly title: string;
}

interface Point {
  readonly at: number;
  readonly share: number;
}

const [WIDTH, HEIGHT] = [640, 200];
const EDGE = { top: 12, right: 12, bottom: 8, left: 72 };
const LEVELS = [0, 25, 50, 75, 100];

/** @param now epoch milliseconds */
export function releaseChart(release: Release, decisions: readonly Decision[], now: number): ReleaseChart {
  const { plan, state, createdAt } = release;
  const over = isOver(state);
  const end = over ? (release.finishedAt ?? now) : now;
  const steps: Point[] = decisions.map(({ at, record }) => ({ at, share: percentOf(record.after.share) }));
  const last = steps.at(-1)?.share ?? 0;
  const past: Point[] = [{ at: createdAt, share: 0 }, ...steps, { at: end, share: last }];
  const future = over ? [] : plannedPoints(release, end, last);
  const until = Math.max(future.at(-1)?.at ?? end, createdAt + 1_000);
  const x = scaleLinear([createdAt, until], [EDGE.left, WIDTH - EDGE.right]);
  const y = scaleLinear([0, 100], [HEIGHT - EDGE.bottom, EDGE.top]);
  const path = line<Point>()
    .x(({ at }) => x(at))
    .y(({ share }) => y(share))
    .curve(curveStepAfter)
    .digits(1);
  const served = `${percentOf(state.share)} %`;
  return {
    width: WIDTH,
    height: HEIGHT,
    left: EDGE.left,
    past: path(past) ?? '',
    plan: future.length < 2 ? undefined : (path(future) ?? undefined),
    marks: decisions.map(({ at, sentence, record }) => ({
      x: rounded(x(at)),
      y: rounded(y(percentOf(record.after.share))),
      sentence,
    })),
    levels: LEVELS.map((share) => ({ y: rounded(y(share)), text: `${share} %` })),
    from: momentOf(new Date(createdAt).toISOString(), now),
    to: momentOf(new Date(until).toISOString(), now),
    title: over
      ? `The new version went to ${percentOf(Math.max(0, ...decisions.map(({ record }) => record.after.share)))} % and stands at ${served}`
      : `The new version is at ${served} of ${percentOf(plan.finalShare)} %`,
  };
}

/** The rest of the plan, were nothing to hold it up. */
function plannedPoints({ plan, state }: Release, from: number, share: number): readonly Point[] {
  const points: Point[] = [{ at: from, share }];
  const present = plan.stages[state.stage];
  let at =
    present === undefined
      ? Math.max(from, plan.startAt ?? from)
      : from + Math.max(0, present.holdMs - state.heldMs);
  for (const stage of plan.stages.slice(state.stage + 1)) {
    points.push({ at, share: percentOf(stage.share) });
    at += stage.holdMs;
  }
  return [...points, { at, share: percentOf(plan.finalShare) }];
}

const rounded = (value: number): number => Number(value.toFixed(1));
