import type { GuardReadings } from '../../../release/guard/guard-reading.ts';
import { evidenceOf } from '../../../release/guard/judge-guard.ts';
import { percentOf } from '../../../release/plan/share.ts';
import { guardStatuses, type GuardStatus } from '../../../release/run/guard-status.ts';
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
    guards: guardStatuses(release, readings).map(guardBody),
    plan: release.document,
    created_at: iso(release.createdAt),
    created_by: release.createdBy,
    updated_at: iso(release.updatedAt),
    finished_at: release.finishedAt === null ? null : iso(release.finishedAt),
  };
}

const guardBody = (status: GuardStatus) => ({
  metric: status.guard.metric.name,
  action: status.guard.action,
  verdict: status.verdict,
  ...evidenceOf(status.judgement),
  listeners: status.judgement.listeners,
  control_listeners: status.controlListeners,
  minimum_listeners: status.judgement.minimumListeners,
  treatment_events: status.treatmentEvents,
  control_events: status.controlEvents,
  ratio_bound: status.ratioBound,
  smallest_visible_ratio: status.smallestVisibleRatio,
  sentence: status.sentence,
});

export const decisionBody = ({ number, at, action, sentence, record }: Decision) => ({
  number,
  at: iso(at),
  action,
  sentence,
  record: { ...record },
});
