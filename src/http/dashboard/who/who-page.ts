import { checkContext } from '../../../evaluation/check-context.ts';
import type { EvaluationDetail, EvaluationReason } from '../../../evaluation/detail.ts';
import type { Explanation } from '../../../evaluation/evaluator.ts';
import type { Context, Flag } from '../../../evaluation/model.ts';
import {
  entryOf,
  type Entry,
  type FlagsAt,
  flagsAt,
  type Plans,
} from '../../../release/forecast/flags-at.ts';
import { remainingTimeline } from '../../../release/forecast/remaining-timeline.ts';
import { showShare } from '../../../release/plan/share.ts';
import { isoTime } from '../../../shared/iso-time.ts';
import { queryOf } from '../../input/parse.ts';
import type { Visit } from '../dashboard-scope.ts';
import { matchingFlags } from '../flags/flag-filter.ts';
import { type Moment, momentOf } from '../text/moment.ts';
import { type ShownVariation, servedVariation } from '../text/value-text.ts';
import { ruleName } from '../../../evaluation/rule-name.ts';

/** What one context gets of every flag, and for one flag why. Its address can be shared. */
export interface WhoPage {
  /** As typed. */
  readonly context: string;
  readonly problem: string | undefined;
  readonly hidden: readonly { readonly name: string; readonly value: string }[];
  readonly q: string;
  /** A time to come, as typed or in a link; empty: now. */
  readonly at: string;
  readonly timeProblem: string | undefined;
  /** Undefined: the answers are those of now. */
  readonly forecast: PlannedTime | undefined;
  readonly answers: readonly WhoAnswer[];
  /** Flags beyond those listed. */
  readonly more: number;
  readonly explained:
    | { readonly key: string; readonly explanation: Explanation; readonly ramps: readonly Ramp[] }
    | undefined;
  /** This page, with everything that was asked. */
  readonly link: string;
}

interface PlannedTime {
  readonly moment: Moment;
  readonly planned: readonly { readonly key: string; readonly sentence: string }[];
}

export interface WhoAnswer {
  readonly key: string;
  readonly href: string;
  /** This page with the flag's steps. */
  readonly explainHref: string;
  readonly served: Pick<ShownVariation, 'text' | 'colour'>;
  readonly reason: string;
}

/** The release of the explained flag: when this context gets the new version, and its stages to look at. */
interface Ramp {
  readonly entry: Entry['kind'];
  readonly moment: Moment | undefined;
  readonly to: string;
  readonly stages: readonly { readonly share: string; readonly moment: Moment; readonly href: string }[];
}

const MAX_ANSWERS = 200;
const EXAMPLE = '{"kind": "user", "key": "alice", "groups": ["beta_testers"]}';

/**
 * @param plans of the environment: what makes the answers of a later time
 * @param now epoch milliseconds
 */
export function whoPage({ req, scope }: Visit, plans: Plans, now: number): WhoPage {
  const { context: typed = EXAMPLE, q = '', flag, at: typedTime = '' } = queryOf(req);
  const { snapshot } = scope;
  const parsed = parseContext(typed);
  const time = parseTime(typedTime, now);
  const asked = { context: typed, q, flag, at: time.field };
  const page = {
    context: typed,
    hidden: scope.hiddenFields,
    q,
    at: time.field,
    timeProblem: time.problem,
    link: scope.href('/who', asked),
  };
  if ('problem' in parsed) {
    const { problem } = parsed;
    return { ...page, problem, forecast: undefined, answers: [], more: 0, explained: undefined };
  }
  const { context } = parsed;
  const flags = matchingFlags(snapshot, { q, tag: '', state: 'all' }, now);
  const forecast = time.at === undefined ? undefined : flagsAt(snapshot, plans, time.at, now);
  const evaluator = forecast?.evaluator ?? snapshot.evaluator;
  const record = flag === undefined ? undefined : snapshot.flags.get(flag);
  return {
    ...page,
    problem: undefined,
    forecast:
      forecast &&
      plannedTime(
        time.at ?? now,
        forecast,
        flags.map(({ key }) => key),
        now,
      ),
    answers: flags.slice(0, MAX_ANSWERS).map(({ key, definition }) => {
      const detail = evaluator.evaluate(key, context, null);
      return {
        key,
        href: scope.flagHref(key),
        explainHref: scope.href('/who', { ...asked, flag: key }, '#explained'),
        served: servedBy(definition, detail),
        reason: reasonText(detail.reason),
      };
    }),
    more: Math.max(0, flags.length - MAX_ANSWERS),
    explained: record && {
      key: record.key,
      explanation: evaluator.explain(record.key, context),
      ramps: plans.releases
        .filter(({ plan }) => plan.flag === record.key)
        .map((release) => {
          const entry = entryOf(snapshot.evaluator, record.definition, release, context, now);
          return {
            entry: entry.kind,
            moment: entry.kind === 'at' ? momentOf(isoTime(entry.at), now) : undefined,
            to: servedVariation(record.definition, release.plan.to).text,
            stages: remainingTimeline(release, now)
              .filter(({ startsAt }) => startsAt > now)
              .map(({ share, startsAt }) => ({
                share: showShare(share),
                moment: momentOf(isoTime(startsAt), now),
                href: scope.href('/who', { ...asked, at: wholeSecond(startsAt) }, '#explained'),
              })),
          };
        }),
    },
  };
}

const MAX_PLANNED = 20;

function plannedTime(at: number, { planned }: FlagsAt, shown: readonly string[], now: number): PlannedTime {
  return {
    moment: momentOf(isoTime(at), now),
    planned: shown
      .flatMap((key) => (planned.get(key) ?? []).map((sentence) => ({ key, sentence })))
      .slice(0, MAX_PLANNED),
  };
}

/** A field holds whole seconds; a second later a stage has begun as well. */
const wholeSecond = (at: number): string => isoTime(Math.ceil(at / 1_000) * 1_000);

/** A time as `<input type=datetime-local>` sends it, in UTC, or as a link has it: ISO 8601 with its zone. */
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?(Z|[+-]\d\d:\d\d)?$/;

function parseTime(
  text: string,
  now: number,
): { readonly field: string; readonly at?: number; readonly problem?: string } {
  if (text === '') return { field: '' };
  const zone = TIME.exec(text);
  const at = zone === null ? Number.NaN : Date.parse(zone[1] === undefined ? `${text}Z` : text);
  if (Number.isNaN(at))
    return { field: '', problem: `Expected a date and a time; got ${text.slice(0, 60)}.` };
  const field = isoTime(at).slice(0, 19).replace(/:00$/, '');
  return at < now ? { field, problem: 'Expected a time to come, in UTC.' } : { field, at };
}

function parseContext(text: string): { readonly context: Context } | { readonly problem: string } {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return { problem: `This is not JSON: ${error instanceof Error ? error.message : String(error)}` };
  }
  const check = checkContext(value);
  return check.ok ? { context: check.context } : { problem: `This is not a context: ${check.problem}.` };
}

const servedBy = (flag: Flag, { variationIndex }: EvaluationDetail): WhoAnswer['served'] =>
  variationIndex === null
    ? { text: 'the caller’s default', colour: 'control' }
    : servedVariation(flag, variationIndex);

function reasonText(reason: EvaluationReason): string {
  switch (reason.kind) {
    case 'OFF':
      return 'the flag is off';
    case 'TARGET_MATCH':
      return 'targeted individually';
    case 'RULE_MATCH':
      return ruleName(reason.ruleIndex);
    case 'FALLTHROUGH':
      return 'the default rule';
    case 'PREREQUISITE_FAILED':
      return `the prerequisite ${reason.prerequisiteKey} is not met`;
    case 'ERROR':
      return `error: ${reason.errorKind}`;
    default:
      return reason satisfies never;
  }
}
