import { explainGuard } from '../../../release/guard/explain-guard.ts';
import {
  type GuardReadings,
  isReadable,
  listenersOf,
  NOTHING_COUNTED,
} from '../../../release/guard/guard-reading.ts';
import { evidenceOf, judgeGuard } from '../../../release/guard/judge-guard.ts';
import { percentOf } from '../../../release/plan/share.ts';
import type { Decision, Release } from '../../../release/run/release.ts';

const iso = (ms: number): string => new Date(ms).toISOString();

/** A release as the API shows it, with what its guards see. */
export function releaseBody(release: Release, readings: GuardReadings) {
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
    guards: guardBodies(release, readings),
    plan: release.document,
    created_at: iso(release.createdAt),
    created_by: release.createdBy,
    updated_at: iso(release.updatedAt),
    finished_at: release.finishedAt === null ? null : iso(release.finishedAt),
  };
}

function guardBodies({ plan, state }: Release, readings: GuardReadings) {
  const readable = isReadable(readings);
  return plan.guards.map((guard, index) => {
    const series = (readable ? readings.guards[index] : undefined) ?? NOTHING_COUNTED;
    const judgement = judgeGuard(guard, series, readings, plan);
    const explained = explainGuard(guard, series, judgement, plan);
    const metric = guard.metric.name;
    return {
      metric,
      action: guard.action,
      verdict: state.tripped.includes(metric)
        ? ('tripped' as const)
        : readable
          ? judgement.verdict
          : ('unreadable' as const),
      ...evidenceOf(judgement),
      listeners: judgement.listeners,
      control_listeners:
        series.kind === 'outcomes' ? listenersOf(series.counts).control : readings.listeners.control,
      minimum_listeners: judgement.minimumListeners,
      treatment_events: explained.treatmentEvents,
      control_events: explained.controlEvents,
      ratio_bound: explained.ratioBound,
      smallest_visible_ratio: explained.smallestVisibleRatio,
      sentence: explained.sentence,
    };
  });
}

export const decisionBody = ({ number, at, action, sentence, record }: Decision) => ({
  number,
  at: iso(at),
  action,
  sentence,
  record: { ...record },
});
