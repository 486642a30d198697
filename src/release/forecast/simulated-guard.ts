import { addEvents, startEventsEvidence } from '../../experiment/statistics/e-events-mixture.ts';
import { addArrival, UNIFORM_PRIOR } from '../../experiment/statistics/e-two-proportions-arrivals.ts';
import type { Outcome } from '../../experiment/statistics/e-value.ts';
import { allowedRatio, logThreshold } from '../../experiment/statistics/guard/event-evidence.ts';
import { logSumExp } from '../../experiment/statistics/special/log-sum-exp.ts';
import { settingsOf } from '../guard/judge-guard.ts';
import type { Guard, Margin, ReleasePlan } from '../plan/release-plan.ts';

/** New listeners between two looks, by version and by whether they had the event. */
export interface Arrivals {
  /** The chance with which each got the new version. */
  readonly share: number;
  readonly treatment: { readonly events: number; readonly listeners: number };
  readonly control: { readonly events: number; readonly listeners: number };
}

/** A guard that watches simulated listeners: the evidence of the real one, from totals. */
export interface SimulatedGuard {
  /** @returns whether the guard trips now, if it has seen enough listeners */
  add(arrivals: Arrivals): boolean;
}

type Plan = Pick<ReleasePlan, 'alpha' | 'guards'>;

export const simulatedGuard = (guard: Guard, plan: Plan): SimulatedGuard =>
  guard.margin.kind === 'relative' ? ratioGuard(guard, plan) : pointsGuard(guard, guard.margin, plan);

function ratioGuard(guard: Guard, plan: Plan): SimulatedGuard {
  const settings = settingsOf(guard, plan);
  const mixture = { ...settings, relativeMargin: allowedRatio(settings) - 1 };
  const threshold = logThreshold(settings);
  let logEPerRatio = startEventsEvidence(mixture);
  return {
    add({ share, treatment, control }) {
      if (treatment.events + control.events === 0) return logSumExp(logEPerRatio) >= threshold;
      logEPerRatio = addEvents(logEPerRatio, mixture, share, treatment.events, control.events);
      return logSumExp(logEPerRatio) >= threshold;
    },
  };
}

/**
 * The listeners of a look are counted with the rates as they were before it, so that a look costs the same for many as for
 * few: still an e-value, which learns a look later.
 */
function pointsGuard(
  guard: Guard,
  { points }: Extract<Margin, { readonly kind: 'absolute' }>,
  plan: Plan,
): SimulatedGuard {
  const threshold = logThreshold(settingsOf(guard, plan));
  const isEventHarm = guard.metric.harm === 'more-events';
  const test = { side: 'treatment-greater', absoluteMargin: points } as const;
  let state = { counts: UNIFORM_PRIOR, logE: 0 };
  return {
    add({ share, treatment, control }) {
      if (share <= 0 || share >= 1) return state.logE >= threshold;
      const [treatmentHarm, controlHarm] = [treatment, control].map(({ events, listeners }) =>
        isEventHarm ? events : listeners - events,
      );
      const treatmentSuccess = treatmentHarm ?? 0;
      const controlSuccess = controlHarm ?? 0;
      const treatmentFailure = treatment.listeners - treatmentSuccess;
      const controlFailure = control.listeners - controlSuccess;
      const before = { ...state, logE: 0 };
      const factor = (arm: 0 | 1, outcome: Outcome): number =>
        addArrival(before, { share, arm, outcome }, test).logE;
      const { counts } = state;
      state = {
        logE:
          state.logE +
          treatmentSuccess * factor(1, 1) +
          treatmentFailure * factor(1, 0) +
          controlSuccess * factor(0, 1) +
          controlFailure * factor(0, 0),
        counts: {
          controlSuccess: counts.controlSuccess + controlSuccess,
          controlFailure: counts.controlFailure + controlFailure,
          treatmentSuccess: counts.treatmentSuccess + treatmentSuccess,
          treatmentFailure: counts.treatmentFailure + treatmentFailure,
        },
      };
      return state.logE >= threshold;
    },
  };
}
