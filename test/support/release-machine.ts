import type { GuardJudgement } from '../../src/release/guard/judge-guard.ts';
import { SITE_METRICS } from '../../src/release/guard/guard-metric.ts';
import type { Observation, ObservedRule } from '../../src/release/machine/observation.ts';
import { NOT_STARTED, type ReleaseState } from '../../src/release/machine/release-state.ts';
import type { Guard, ReleasePlan, Stage } from '../../src/release/plan/release-plan.ts';

export const NOON = Date.parse('2030-05-01T12:00:00Z');
export const HOLD_MS = 60_000;
export const EXTEND_MS = 120_000;

export const stageOf = (share: number, fields: Partial<Stage> = {}): Stage => ({
  share,
  holdMs: HOLD_MS,
  needsApproval: false,
  kind: 'stage',
  ...fields,
});

export function guardOf(name: string, action: Guard['action'] = 'rollback'): Guard {
  const metric = SITE_METRICS.find((each) => each.name === name);
  if (metric === undefined) throw new Error(`the site has no metric ${name}`);
  return { metric, margin: { kind: 'relative', part: 0 }, action, minimumListeners: 30 };
}

/** Three stages without guards. */
export const machinePlan = (fields: Partial<ReleasePlan> = {}): ReleasePlan => ({
  flag: 'new-playlist',
  rule: 'default',
  from: 1,
  to: 0,
  startAt: NOON,
  stages: [stageOf(10_000), stageOf(50_000), stageOf(100_000)],
  finalShare: 100_000,
  guards: [],
  isFrozen: () => false,
  alpha: 0.01,
  extendMs: EXTEND_MS,
  ...fields,
});

export const judgementOf = (
  metric: string,
  verdict: GuardJudgement['verdict'],
  listeners = 100,
): GuardJudgement => ({
  metric,
  verdict,
  logE: verdict === 'tripped' ? 10 : 0,
  logThreshold: Math.log(100),
  listeners,
  minimumListeners: 30,
  logEParts: [],
});

/** In the first of the stages, for a part of its time. */
export const stateIn = (fields: Partial<ReleaseState> = {}): ReleaseState => ({
  ...NOT_STARTED,
  state: 'running',
  stage: 0,
  share: 10_000,
  stageSince: NOON,
  sentence: 'Started.',
  ...fields,
});

type Split = Extract<ObservedRule, { readonly kind: 'split' }>;

/** The rule serves what the release serves, and listeners come. */
export function seenIn(
  { share }: Pick<ReleaseState, 'share'>,
  { rule, ...fields }: Omit<Partial<Observation>, 'rule'> & { readonly rule?: Partial<Split> } = {},
): Observation {
  const now = fields.now ?? NOON + HOLD_MS;
  return {
    now,
    watchedMs: 0,
    rule: { kind: 'split', share, isTracked: false, flagOn: true, flagVersion: 1, ...rule },
    isFrozen: false,
    judgements: [],
    newestAt: now,
    ...fields,
  };
}
