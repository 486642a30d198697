import { checkContext } from '../../../evaluation/check-context.ts';
import type { EvaluationDetail, EvaluationReason } from '../../../evaluation/detail.ts';
import type { Explanation } from '../../../evaluation/evaluator.ts';
import type { Context, Flag } from '../../../evaluation/model.ts';
import { queryOf } from '../../input/parse.ts';
import type { Visit } from '../dashboard-scope.ts';
import { matchingFlags } from '../flags/flag-filter.ts';
import { type ShownVariation, servedVariation } from '../text/value-text.ts';
import { ruleName } from '../../../evaluation/rule-name.ts';

/** What one context gets of every flag, and for one flag why. Its address can be shared. */
export interface WhoPage {
  /** As typed. */
  readonly context: string;
  readonly problem: string | undefined;
  readonly hidden: readonly { readonly name: string; readonly value: string }[];
  readonly q: string;
  readonly answers: readonly WhoAnswer[];
  /** Flags beyond those listed. */
  readonly more: number;
  readonly explained: { readonly key: string; readonly explanation: Explanation } | undefined;
}

export interface WhoAnswer {
  readonly key: string;
  readonly href: string;
  /** This page with the flag's steps. */
  readonly explainHref: string;
  readonly served: Pick<ShownVariation, 'text' | 'colour'>;
  readonly reason: string;
}

const MAX_ANSWERS = 200;
const EXAMPLE = '{"kind": "user", "key": "alice", "groups": ["beta_testers"]}';

/** @param now epoch milliseconds */
export function whoPage({ req, scope }: Visit, now: number): WhoPage {
  const { context: typed = EXAMPLE, q = '', flag } = queryOf(req);
  const { snapshot } = scope;
  const parsed = parseContext(typed);
  const page = { context: typed, hidden: scope.hiddenFields, q };
  if ('problem' in parsed)
    return { ...page, problem: parsed.problem, answers: [], more: 0, explained: undefined };
  const { context } = parsed;
  const flags = matchingFlags(snapshot, { q, tag: '', state: 'all' }, now);
  const { evaluator } = snapshot;
  return {
    ...page,
    problem: undefined,
    answers: flags.slice(0, MAX_ANSWERS).map(({ key, definition }) => {
      const detail = evaluator.evaluate(key, context, null);
      return {
        key,
        href: scope.flagHref(key),
        explainHref: scope.href('/who', { context: typed, q, flag: key }, '#explained'),
        served: servedBy(definition, detail),
        reason: reasonText(detail.reason),
      };
    }),
    more: Math.max(0, flags.length - MAX_ANSWERS),
    explained:
      flag === undefined || !snapshot.flags.has(flag)
        ? undefined
        : { key: flag, explanation: evaluator.explain(flag, context) },
  };
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
