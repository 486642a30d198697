import type { Evaluator } from '../../evaluation/evaluator.ts';
import type { Context, Flag } from '../../evaluation/model.ts';
import { isoTime } from '../../shared/iso-time.ts';
import type { EnvironmentRef, Snapshot } from '../../store/store.ts';
import { carriedOut, instructionText } from '../instruction.ts';
import { DEFAULT_RULE } from '../plan/release-plan.ts';
import { readSplit, withSplit } from '../plan/rule-split.ts';
import { showShare } from '../plan/share.ts';
import type { Release } from '../run/release.ts';
import type { Releases } from '../run/releases.ts';
import type { Schedule } from '../schedule.ts';
import type { Schedules } from '../schedules.ts';
import { remainingTimeline } from './remaining-timeline.ts';
import { shareAt, type TimedStage } from './timeline.ts';
import { entryTimes } from './who-is-in.ts';

/** What is going to change flags by itself: releases that are under way, and scheduled changes. */
export interface Plans {
  readonly releases: readonly Release[];
  readonly schedules: readonly Schedule[];
}

/** More than an environment has at once. */
const MAX_PLANS = 1_000;

export async function plansOf(
  services: { readonly releases: Pick<Releases, 'list'>; readonly schedules: Pick<Schedules, 'list'> },
  environment: EnvironmentRef,
): Promise<Plans> {
  const [releases, schedules] = await Promise.all([
    services.releases.list({ environment, isUnderWay: true, limit: MAX_PLANS }),
    services.schedules.list({ environment, state: 'waiting', limit: MAX_PLANS }),
  ]);
  return { releases, schedules };
}

/** The flags of an environment as the plans would have them at a later time. */
export interface FlagsAt {
  readonly evaluator: Evaluator;
  /** By flag: what is planned until then, in sentences. Flags of which nothing is planned are left out. */
  readonly planned: ReadonlyMap<string, readonly string[]>;
}

/**
 * Releases go on by their plans, with approvals given at once and guards that stay silent; then the schedules that are due
 * by then are carried out, in their order.
 *
 * @param at epoch milliseconds, from `now` on
 */
export function flagsAt(snapshot: Snapshot, plans: Plans, at: number, now: number): FlagsAt {
  const flags = new Map<string, Flag>();
  const planned = new Map<string, string[]>();
  const plan = (key: string, change: (flag: Flag) => { readonly flag: Flag; readonly sentence: string }) => {
    const before = flags.get(key) ?? snapshot.flags.get(key)?.definition;
    if (before === undefined) return;
    const { flag, sentence } = change(before);
    flags.set(key, flag);
    planned.set(key, [...(planned.get(key) ?? []), sentence]);
  };
  for (const release of plans.releases)
    plan(release.plan.flag, (flag) => afterRelease(flag, release, at, now));
  for (const schedule of plans.schedules.filter(({ dueAt }) => dueAt <= at))
    plan(schedule.flag, (flag) => afterSchedule(flag, schedule));
  return { evaluator: snapshot.evaluator.with({ flags: Object.fromEntries(flags) }), planned };
}

function afterRelease(flag: Flag, release: Release, at: number, now: number) {
  const { plan, state } = release;
  const on = plan.rule === DEFAULT_RULE ? 'the default rule' : `the rule ${plan.rule}`;
  const share = showShare(state.share);
  const unchanged = (sentence: string) => ({ flag, sentence: `The release on ${on} ${sentence}` });
  if (state.state === 'paused') return unchanged(`is paused at ${share} until somebody resumes it.`);
  const split = readSplit(flag, plan);
  if (split.kind !== 'split') return unchanged('stops, because its rule was changed.');
  if (!flag.on && state.stage >= 0) return unchanged('waits, because the flag is switched off.');
  const timeline = remainingTimeline(release, now);
  const [first] = timeline;
  if (first === undefined)
    return unchanged(
      state.stage < 0 && plan.startAt === null
        ? 'waits for somebody to start it.'
        : 'never goes on: its freeze windows leave no time open.',
    );
  if (at < first.startsAt) return unchanged(`starts only at ${isoTime(first.startsAt)}.`);
  const then = shareAt(timeline, plan, at);
  return {
    flag: withSplit(flag, plan, { share: then, isTracked: split.isTracked }),
    sentence: `By its plan the release on ${on} then serves the new version to ${showShare(then)}, ${stageText(release, timeline, at)}; now to ${share}.${conditions(release, timeline, at)}`,
  };
}

function stageText({ plan }: Release, timeline: readonly TimedStage[], at: number): string {
  const last = timeline.at(-1);
  if (last === undefined || at >= last.endsAt) return 'when it is complete';
  const ahead = timeline.filter(({ startsAt }) => startsAt > at).length;
  return `in stage ${plan.stages.length - ahead} of ${plan.stages.length}`;
}

/** What a plan cannot know. */
function conditions({ plan, state }: Release, timeline: readonly TimedStage[], at: number): string {
  const parts = [
    ...(plan.guards.length > 0 ? ['no guard stops it'] : []),
    ...(timeline.some(
      ({ needsApproval, startsAt }, index) =>
        needsApproval && startsAt <= at && (index > 0 || state.stage < 0),
    )
      ? ['each approval is given at once']
      : []),
  ];
  return parts.length === 0 ? '' : ` This holds if ${parts.join(' and ')}.`;
}

function afterSchedule(flag: Flag, { instruction, dueAt }: Schedule) {
  const change = carriedOut(flag, instruction);
  const text = `to be ${instructionText(instruction)} at ${isoTime(dueAt)}`;
  return change.outcome === 'mapped'
    ? { flag: change.definition, sentence: `The flag is scheduled ${text}.` }
    : { flag, sentence: `The flag is scheduled ${text}, which will fail: ${change.detail}` };
}

/** When a context gets the new version of a release. */
export type Entry =
  | { readonly kind: 'already' }
  | { readonly kind: 'at'; readonly at: number }
  /** Not by this plan, as far as it can be foreseen. */
  | { readonly kind: 'never' };

/** @param now epoch milliseconds */
export function entryOf(
  evaluator: Evaluator,
  flag: Flag,
  release: Release,
  context: Context,
  now: number,
): Entry {
  if (evaluator.evaluate(flag.key, context, null).variationIndex === release.plan.to)
    return { kind: 'already' };
  const timeline = flag.on ? remainingTimeline(release, now) : [];
  if (timeline.length === 0) return { kind: 'never' };
  const [at = null] = entryTimes(evaluator, flag, release.plan, timeline, [context]);
  return at === null ? { kind: 'never' } : { kind: 'at', at };
}
