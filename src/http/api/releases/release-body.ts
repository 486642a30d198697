import { explainGuard } from '../../../release/guard/explain-guard.ts';
import type { GuardMetrics } from '../../../release/guard/guard-metric.ts';
import { type GuardReadings, isReadable, NOTHING_COUNTED } from '../../../release/guard/guard-reading.ts';
import { evidenceOf, judgeGuard } from '../../../release/guard/judge-guard.ts';
import { percentOf } from '../../../release/plan/share.ts';
import { guardMetricsOf } from '../../../release/plan/stored-plan.ts';
import type { Decision, Release } from '../../../release/run/release.ts';

const iso = (ms: number): string => new Date(ms).toISOString();

/** A release as the API shows it, with what its guards see. */
export function releaseBody(release: Release, readings: GuardReadings, metrics: GuardMetrics) {
  const { plan, state, environment } = release;
  return {
    id: release.id,
    project: environment.project,
    environment: environment.environment,
    flag: plan.flag,
    rule: plan.rule,
    state: state.state,
    stage: state.stage,
    share: percentOf(state.share),
    sentence: state.sentence,
    held_ms: Math.round(state.heldMs),
    stages: plan.stages.map(({ share, holdMs, needsApproval, kind }) => ({
      share: percentOf(share),
      hold_ms: Math.round(holdMs),
      needs_approval: needsApproval,
      kind,
    })),
    guards: guardBodies(release, readings, metrics),
    plan: release.document,
    created_at: iso(release.createdAt),
    created_by: release.createdBy,
    updated_at: iso(release.updatedAt),
    finished_at: release.finishedAt === null ? null : iso(release.finishedAt),
  };
}

function guardBodies({ plan, state }: Release, readings: GuardReadings, metrics: GuardMetrics) {
  const known = guardMetricsOf(plan, metrics);
  const readable = isReadable(readings);
  return plan.guards.flatMap((guard, index) => {
    const metric = known[index];
    if (metric === undefined) return [];
    const series = (readable ? readings.guards[index] : undefined) ?? NOTHING_COUNTED;
    const judgement = judgeGuard(guard, metric, series, readings, plan);
    const explained = explainGuard(guard, metric, series, judgement, plan);
    const hasTripped = state.tripped.includes(guard.metric);
    return [
      {
        metric: guard.metric,
        action: guard.action,
        verdict: hasTripped ? ('tripped' as const) : readable ? judgement.verdict : ('unreadable' as const),
        ...evidenceOf(judgement),
        listeners: judgement.listeners,
        control_listeners: readings.listeners.control,
        minimum_listeners: judgement.minimumListeners,
        treatment_events: explained.treatmentEvents,
        control_events: explained.controlEvents,
        ratio_bound: explained.ratioBound,
        smallest_visible_ratio: explained.smallestVisibleRatio,
        sentence: explained.sentence,
      },
    ];
  });
}

export const decisionBody = ({ number, at, action, sentence, record }: Decision) => ({
  number,
  at: iso(at),
  action,
  sentence,
  record: { ...record },
});
