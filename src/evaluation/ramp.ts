/** A share of all contexts, in thousandths of a percent: 0–100,000. */
export type Share = number;

/** How a share moves over time. Times are epoch milliseconds. */
export type RampPlan =
  | {
      readonly kind: 'linear';
      readonly from: Share;
      readonly to: Share;
      readonly startsAt: number;
      /** Not before `startsAt`; at the same time the share jumps. */
      readonly endsAt: number;
    }
  | {
      readonly kind: 'stepped';
      /** Before the first step. */
      readonly from: Share;
      /** In the order of time. */
      readonly steps: readonly RampStep[];
    };

export interface RampStep {
  readonly at: number;
  readonly share: Share;
}

const WHOLE = 100_000;

/**
 * The share at a time, a whole number so that it can be a weight. Before its start a plan stands at `from`, after its
 * end at where it went. A linear share goes one way only: it never falls on its way up, nor rises on its way down.
 */
export function shareAt(plan: RampPlan, timeMs: number): Share {
  switch (plan.kind) {
    case 'linear':
      return bounded(linearShare(plan, timeMs));
    case 'stepped':
      return bounded(plan.steps.findLast((step) => step.at <= timeMs)?.share ?? plan.from);
  }
}

function linearShare(plan: Extract<RampPlan, { kind: 'linear' }>, timeMs: number): number {
  if (timeMs < plan.startsAt) {
    return plan.from;
  }
  if (timeMs >= plan.endsAt) {
    return plan.to;
  }
  return plan.from + (plan.to - plan.from) * ((timeMs - plan.startsAt) / (plan.endsAt - plan.startsAt));
}

function bounded(share: number): Share {
  return Math.min(Math.max(Math.round(share), 0), WHOLE);
}

/**
 * Is a context with this bucket (0 to 1) within the share? A context's bucket never moves, so whoever is in stays in
 * while the share rises, and while it falls the last in are the first out.
 */
export function isWithin(bucket: number, share: Share): boolean {
  return bucket < share / WHOLE;
}
