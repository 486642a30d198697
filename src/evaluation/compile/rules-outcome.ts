import { MALFORMED } from '../make-detail.ts';
import { matchAll } from './clause.ts';
import type { CompileCache } from './compile-cache.ts';
import {
  ComparisonOutcome,
  resolveServed,
  type Evaluate,
  type Outcome,
  type ServedOutcome,
} from './outcome.ts';
import { isTabular, membershipsOf, openRules, ruleTable, type Column } from './rule-table.ts';
import type { RuleNode } from './rule.ts';
import { BAD, NO, YES, type Matcher } from './state.ts';
import { outcomeOf } from './variation-or-rollout.ts';

/** The first rule that matches, or is malformed, decides; then the fallthrough. */
export function rulesOutcome(
  rules: readonly RuleNode[],
  fallthrough: ServedOutcome,
  cache: CompileCache,
): Outcome {
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

function ruleOutcome({ clauses, match, serve }: RuleNode, fallthrough: ServedOutcome): Outcome {
  const outcome = outcomeOf(serve);
  const membership = clauses.length === 1 ? membershipsOf(clauses)[0] : undefined;
  if (membership?.comparison === undefined) {
    return byMatcher(match, outcome, fallthrough);
  }
  const { get, negate, comparison } = membership;
  const [whenEqual, otherwise] = negate ? [fallthrough, outcome] : [outcome, fallthrough];
  return new ComparisonOutcome(get, [comparison.first, comparison.second], {
    whenEqual,
    otherwise,
    withoutValue: fallthrough,
  });
}

function byMatcher(match: Matcher, outcome: ServedOutcome, fallthrough: ServedOutcome): Evaluate {
  return (context, state, chain) => {
    const verdict = match(context, state, undefined);
    return verdict === BAD
      ? MALFORMED
      : resolveServed(verdict === YES ? outcome : fallthrough, context, state, chain);
  };
}

function inTurn(
  branches: readonly { readonly match: Matcher; readonly outcome: ServedOutcome }[],
  fallthrough: ServedOutcome,
): Evaluate {
  return (context, state, chain) => {
    for (const { match, outcome } of branches) {
      const verdict = match(context, state, undefined);
      if (verdict !== NO) {
        return verdict === BAD ? MALFORMED : resolveServed(outcome, context, state, chain);
      }
    }
    return resolveServed(fallthrough, context, state, chain);
  };
}

/** The clauses of a rule that are not in the table, if any, and what the rule serves. */
interface Branch {
  readonly match: Matcher | undefined;
  readonly outcome: ServedOutcome;
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
function byTable(
  table: Column | undefined,
  branches: readonly Branch[],
  fallthrough: ServedOutcome,
): Evaluate {
  const { length } = branches;
  return (context, state, chain) => {
    let open = openRules(table, length, context);
    while (open !== 0) {
      // The lowest bit is the first rule that is left, and the zeros above it in 32 bits give its index.
      const lowest = open & -open;
      const { match, outcome } = branches[31 - Math.clz32(lowest)]!;
      const verdict = match === undefined ? YES : match(context, state, undefined);
      if (verdict !== NO) {
        return verdict === BAD ? MALFORMED : resolveServed(outcome, context, state, chain);
      }
      open -= lowest;
    }
    return resolveServed(fallthrough, context, state, chain);
  };
}
