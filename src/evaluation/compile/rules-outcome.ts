import { MALFORMED } from '../make-detail.ts';
import { equalsOneOf, type Comparison } from './attribute-matcher.ts';
import { matchAll, type Membership } from './clause.ts';
import type { CompileCache } from './compile-cache.ts';
import { resolveOutcome, type Evaluate, type Outcome } from './outcome.ts';
import { isTabular, membershipsOf, openRules, ruleTable, type Column } from './rule-table.ts';
import type { RuleNode } from './rule.ts';
import { BAD, NO, YES, type Matcher } from './state.ts';
import { outcomeOf } from './variation-or-rollout.ts';

/** The first rule that matches, or is malformed, decides; then the fallthrough. */
export function rulesOutcome(rules: readonly RuleNode[], fallthrough: Outcome, cache: CompileCache): Outcome {
  const [first, ...more] = rules;
  if (first === undefined) {
    return fallthrough;
  }
  if (more.length === 0) {
    return ruleOutcome(first, fallthrough);
  }
  const memberships = rules.map(({ clauses }) => membershipsOf(clauses));
  return isTabular(memberships)
    ? byTable(
        cache.ruleTable(rules, () => ruleTable(memberships)),
        rules.map((rule) => restOf(rule, membershipsOf(rule.clauses).length)),
        fallthrough,
      )
    : inTurn(
        rules.map(({ match, serve }) => ({ match, outcome: outcomeOf(serve) })),
        fallthrough,
      );
}

function ruleOutcome({ clauses, match, serve }: RuleNode, fallthrough: Outcome): Evaluate {
  const membership = clauses.length === 1 ? membershipsOf(clauses)[0] : undefined;
  return membership?.comparison === undefined
    ? byMatcher(match, outcomeOf(serve), fallthrough)
    : byComparison(membership, membership.comparison, outcomeOf(serve), fallthrough);
}

function byMatcher(match: Matcher, outcome: Outcome, fallthrough: Outcome): Evaluate {
  return (context, state, chain) => {
    const verdict = match(context, state, undefined);
    return verdict === BAD
      ? MALFORMED
      : resolveOutcome(verdict === YES ? outcome : fallthrough, context, state, chain);
  };
}

/** One clause with one or two values is the most common rule of all, and is evaluated without another call. */
function byComparison(
  { get, negate }: Membership,
  { first, second }: Comparison,
  outcome: Outcome,
  fallthrough: Outcome,
): Evaluate {
  const whenEqual = negate ? fallthrough : outcome;
  const otherwise = negate ? outcome : fallthrough;
  return (context, state, chain) => {
    const value = get(context);
    const decided =
      value === undefined ? fallthrough : equalsOneOf(value, first, second) ? whenEqual : otherwise;
    return typeof decided === 'function' ? decided(context, state, chain) : decided;
  };
}

function inTurn(
  branches: readonly { readonly match: Matcher; readonly outcome: Outcome }[],
  fallthrough: Outcome,
): Evaluate {
  return (context, state, chain) => {
    for (const { match, outcome } of branches) {
      const verdict = match(context, state, undefined);
      if (verdict !== NO) {
        return verdict === BAD ? MALFORMED : resolveOutcome(outcome, context, state, chain);
      }
    }
    return resolveOutcome(fallthrough, context, state, chain);
  };
}

/** The clauses of a rule that are not in the table, if any, and what the rule serves. */
interface Branch {
  readonly match: Matcher | undefined;
  readonly outcome: Outcome;
}

function restOf({ clauses, match, serve }: RuleNode, inTable: number): Branch {
  const outcome = outcomeOf(serve);
  if (inTable === 0) {
    return { match, outcome };
  }
  const rest = clauses.slice(inTable);
  return { match: rest.length === 0 ? undefined : matchAll(rest), outcome };
}

/** Only the rules that the table leaves open are matched, and only by the clauses that are not in the table. */
function byTable(table: Column | undefined, branches: readonly Branch[], fallthrough: Outcome): Evaluate {
  const { length } = branches;
  return (context, state, chain) => {
    let open = openRules(table, length, context);
    while (open !== 0) {
      // The lowest bit is the first rule that is left, and the zeros above it in 32 bits give its index.
      const lowest = open & -open;
      const { match, outcome } = branches[31 - Math.clz32(lowest)]!;
      const verdict = match === undefined ? YES : match(context, state, undefined);
      if (verdict !== NO) {
        return verdict === BAD ? MALFORMED : resolveOutcome(outcome, context, state, chain);
      }
      open -= lowest;
    }
    return resolveOutcome(fallthrough, context, state, chain);
  };
}
