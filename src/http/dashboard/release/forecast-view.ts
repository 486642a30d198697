import { describeForecast } from '../../../release/forecast/describe-forecast.ts';
import { ratesOf } from '../../../release/forecast/expected-rates.ts';
import type { Forecaster } from '../../../release/forecast/forecaster.ts';
import { timelineOf } from '../../../release/forecast/timeline.ts';
import { showDuration } from '../../../release/plan/duration.ts';
import { compilePlan } from '../../../release/plan/release-plan.ts';
import { showShare } from '../../../release/plan/share.ts';
import type { PreparedPlan } from '../../../release/run/prepare-plan.ts';
import { type Moment, momentOf } from '../text/moment.ts';

export interface ForecastView {
  readonly stages: readonly { readonly at: Moment; readonly text: string }[];
  readonly end: Moment | undefined;
  readonly sentences: readonly string[];
}

/** What the forecast takes as given. */
export interface Assumed {
  readonly newListenersPerSecond: number;
  /** Listeners with the event, as fractions, of every guard that counts events. */
  readonly controlRate: number;
  readonly newRate: number;
}

/** Simulated releases of each kind: enough for a chance within some percent, in a moment. */
const RUNS = 200;

/** What a plan would do if it started now, or at its time. @param now epoch milliseconds */
export async function forecastView(
  forecaster: Forecaster,
  { document, metrics }: Extract<PreparedPlan, { readonly kind: 'good' }>,
  { newListenersPerSecond, controlRate, newRate }: Assumed,
  now: number,
): Promise<ForecastView | 'busy'> {
  const plan = compilePlan(document, now, metrics);
  const timeline = timelineOf(plan, document, plan.startAt ?? now);
  const expected = plan.guards.flatMap(({ metric: { name, watches } }) =>
    watches === 'events' ? [{ metric: name, controlRate, newRate }] : [],
  );
  const rates = ratesOf(plan, expected);
  const simulated = { plan, timeline, traffic: newListenersPerSecond, rates };
  const forecast = await forecaster.forecast(simulated, { runs: RUNS, seed: 1 });
  if (forecast === 'busy') return 'busy';
  const end = timeline.at(-1)?.endsAt;
  return {
    stages: timeline.map(({ startsAt, share, holdMs, needsApproval, frozenMs, kind }) => ({
      at: momentOf(new Date(startsAt).toISOString(), now),
      text: [
        `${kind === 'holdback' ? 'holdback, ' : ''}${showShare(share)} for ${showDuration(holdMs)}`,
        ...(frozenMs > 0 ? [`then ${showDuration(frozenMs)} in a freeze window`] : []),
        ...(needsApproval ? ['once somebody approves it'] : []),
      ].join(', '),
    })),
    end: end === undefined ? undefined : momentOf(new Date(end).toISOString(), now),
    sentences: describeForecast(plan, rates, forecast),
  };
}
