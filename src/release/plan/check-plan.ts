import type { Flag } from '../../evaluation/model.ts';
import type { GuardMetric, GuardMetrics } from '../guard/guard-metric.ts';
import { parseDuration } from './duration.ts';
import { firstOpen } from './freeze.ts';
import type { GuardDocument, PlanDocument } from './plan-document.ts';
import { DEFAULT_RULE } from './release-plan.ts';
import { readSplit } from './rule-split.ts';
import { WHOLE, showShare, weightOf } from './share.ts';

export interface PlanProblem {
  /** RFC 6901, into the plan. */
  readonly pointer: string;
  readonly code: 'invalid_value' | 'conflict' | 'not_found';
  readonly detail: string;
}

/** What a plan is held against. */
export interface PlanSurroundings {
  /** Undefined: there is no such flag in the environment. */
  readonly flag: Flag | undefined;
  readonly metrics: GuardMetrics;
  /** Id of the release that is under way on the same rule. */
  readonly otherRelease: string | undefined;
  /** Why the embedded service does not decide what listeners of this flag get; undefined: it does. */
  readonly servedElsewhere: string | undefined;
  /** Epoch milliseconds. */
  readonly now: number;
}

type Tell = (pointer: string, detail: string, code?: PlanProblem['code']) => void;

/** Everything that is wrong with a plan, all of it at once. */
export function checkPlan(plan: PlanDocument, around: PlanSurroundings): readonly PlanProblem[] {
  const problems: PlanProblem[] = [];
  const tell: Tell = (pointer, detail, code = 'invalid_value') =>
    void problems.push({ pointer, code, detail });
  checkFlag(plan, around, tell);
  checkCourse(plan, around, tell);
  checkGuards(plan, around, tell);
  checkTimes(plan, around, tell);
  return problems;
}

function checkFlag(plan: PlanDocument, around: PlanSurroundings, tell: Tell): void {
  const { flag, otherRelease, servedElsewhere } = around;
  const { from, to, rule = DEFAULT_RULE, guards = [] } = plan;
  if (from === to) tell('/to', `expected another variation than from (${from})`);
  if (otherRelease !== undefined) {
    tell(
      '/rule',
      `the release ${otherRelease} is under way on this rule; stop it or wait for it`,
      'conflict',
    );
  }
  if (servedElsewhere !== undefined) tell('/flag', servedElsewhere, 'conflict');
  if (flag === undefined)
    return tell('/flag', `there is no flag "${plan.flag}" in this environment`, 'not_found');
  for (const [name, index] of [
    ['from', from],
    ['to', to],
  ] as const) {
    if (index >= flag.variations.length) {
      tell(`/${name}`, `expected an index from 0 to ${flag.variations.length - 1}, got ${index}`);
    }
  }
  if (from === to) return;
  const split = readSplit(flag, { rule, from, to });
  switch (split.kind) {
    case 'no-such-rule':
      return tell(
        '/rule',
        `expected default or the id of a rule of "${plan.flag}", got "${rule}"`,
        'not_found',
      );
    case 'other':
      return tell(
        '/rule',
        `a release moves a rule from one variation to another, but ${split.detail}`,
        'conflict',
      );
    case 'split':
      if (guards.length > 0 && !split.byKey) {
        tell(
          '/guards',
          'the rule buckets by another attribute than the key, so listeners cannot be judged one by one',
        );
      }
      checkFirstShare(plan, split.share, tell);
      return checkWholePercents(plan, flag, tell);
    default:
      return split satisfies never;
  }
}

/** Who has the new variation already must not lose it to the first stage. */
function checkFirstShare({ stages, ramp }: PlanDocument, share: number, tell: Tell): void {
  const [pointer, percent] =
    ramp === undefined ? ['/stages/0/share', stages?.[0]?.share] : ['/ramp/startShare', ramp.startShare ?? 0];
  if (percent === undefined || weightOf(percent) >= share) return;
  tell(
    pointer,
    `expected at least ${showShare(share)}, which has the new variation already, got ${percent} %`,
  );
}

/** Such flags place listeners on whole percents only. */
function checkWholePercents({ stages = [] }: PlanDocument, { bucketing }: Flag, tell: Tell): void {
  if (bucketing !== 'sha256-percent' && bucketing !== 'pyrollout') return;
  for (const [index, { share }] of stages.entries()) {
    if (!Number.isInteger(share)) {
      tell(`/stages/${index}/share`, `the flag’s bucketing knows whole percents only, got ${share} %`);
    }
  }
}

function checkCourse(plan: PlanDocument, _around: PlanSurroundings, tell: Tell): void {
  const { stages, ramp, approvals = [], holdback } = plan;
  if (stages === undefined && ramp === undefined) tell('/stages', 'expected stages or a ramp');
  if (stages !== undefined && ramp !== undefined) tell('/ramp', 'expected stages or a ramp, got both');
  let before = 0;
  for (const [index, { share }] of (stages ?? []).entries()) {
    if (share < before)
      tell(`/stages/${index}/share`, `expected at least ${before} %, since shares only rise, got ${share} %`);
    before = Math.max(before, share);
  }
  if (ramp !== undefined) {
    const { startShare = 0, endShare = 100, duration } = ramp;
    if (endShare <= startShare)
      tell('/ramp/endShare', `expected more than startShare (${startShare} %), got ${endShare} %`);
    if (parseDuration(duration) < 1_000) tell('/ramp/duration', `expected at least 1s, got ${duration}`);
  }
  for (const [place, index] of approvals.entries()) {
    if (stages === undefined || index >= stages.length) {
      tell(`/approvals/${place}`, `expected the index of a stage, got ${index}`);
    }
  }
  const end = ramp === undefined ? (stages?.at(-1)?.share ?? 100) : (ramp.endShare ?? 100);
  if (holdback !== undefined && weightOf(end) !== WHOLE) {
    tell(
      '/holdback',
      `expected a last share of 100 %, of which ${holdback.share} % are kept back, got ${end} %`,
    );
  }
}

function checkGuards({ guards = [] }: PlanDocument, { metrics }: PlanSurroundings, tell: Tell): void {
  const seen = new Set<string>();
  for (const [index, { metric, margin }] of guards.entries()) {
    const at = `/guards/${index}`;
    const found = metrics.get(metric);
    if (found === undefined) {
      tell(`${at}/metric`, `expected one of ${metrics.names().join(', ')}, got "${metric}"`, 'not_found');
    } else if (found.kind === 'unwatchable') tell(`${at}/metric`, found.detail);
    else if (margin !== undefined) checkMargin(margin, found.metric, `${at}/margin`, tell);
    if (seen.has(metric)) tell(`${at}/metric`, `"${metric}" has a guard already`);
    seen.add(metric);
  }
}

function checkMargin(
  margin: NonNullable<GuardDocument['margin']>,
  { name, watches, harm }: GuardMetric,
  pointer: string,
  tell: Tell,
): void {
  if ('absolute' in margin) {
    const { absolute, within } = margin;
    if (watches === 'values')
      tell(`${pointer}/absolute`, `expected no margin for "${name}", which compares values, got ${absolute}`);
    if (within !== undefined && parseDuration(within) < 1_000)
      tell(`${pointer}/within`, `expected at least 1s, got ${within}`);
    return;
  }
  const { relative } = margin;
  // A tilt compares values, and knows no rate that could be exceeded by a part.
  if (watches === 'values' && relative > 0)
    tell(`${pointer}/relative`, `expected 0 for "${name}", which compares values, got ${relative}`);
  if (harm === 'fewer-events' && relative >= 1)
    tell(
      `${pointer}/relative`,
      `expected less than 1 for "${name}", of which fewer are harm, got ${relative}`,
    );
}

function checkTimes({ start, freeze = [] }: PlanDocument, { now }: PlanSurroundings, tell: Tell): void {
  const startsAt =
    start === undefined || start === 'now' || start === 'manual' ? undefined : Date.parse(start);
  if (startsAt !== undefined && startsAt < now) tell('/start', `expected a time to come, got ${start}`);
  for (const [index, window] of freeze.entries()) {
    if ('end' in window && Date.parse(window.end) <= Date.parse(window.start)) {
      tell(`/freeze/${index}/end`, `expected a time after the start (${window.start}), got ${window.end}`);
    }
    if ('from' in window && window.from === window.to) {
      tell(`/freeze/${index}/to`, `expected another time than from (${window.from})`);
    }
  }
  if (freeze.length > 0 && firstOpen(freeze, startsAt ?? now) === undefined) {
    tell('/freeze', 'together the windows leave no minute of the week in which a stage could begin');
  }
}
