import { contextOfKind, type CheckedContext } from '../context.ts';
import { MALFORMED } from '../make-detail.ts';
import type { Answer, Run } from './outcome.ts';
import { stepsOf, type Steps } from './clause.ts';
import type { Comparison } from './lookup.ts';
import { ASK_EACH, isTabular, lookupsOf, ruleTable, type RuleTable } from './rule-table.ts';
import type { RuleNode } from './rule.ts';
import { resolve, outcomeOf, type Served } from './variation-or-rollout.ts';
import { BAD, NO, YES, type EvaluationState, type Matcher, type Verdict } from './state.ts';
import type { CompileCache } from './compile-cache.ts';

/** The first rule that matches, or is malformed, decides; then the fallthrough. */
export function rulesOutcome(rules: readonly RuleNode[], fallthrough: Served, cache: CompileCache): Answer {
  const [only, ...more] = rules;
  if (only === undefined) {
    return fallthrough;
  }
  if (more.length === 0) {
    return askOne(only, fallthrough);
  }
  const each = askEach(rules.map(branchOf), fallthrough);
  const lookups = rules.map(({ clauses }) => lookupsOf(clauses));
  if (!isTabular(lookups)) {
    return each;
  }
  const table = cache.ruleTable(rules, () => ruleTable(lookups));
  return askTable(table, rules.map(restOf), each, fallthrough);
}

function askOne(rule: RuleNode, fallthrough: Served): Run {
  const { first, second, served } = branchOf(rule);
  if (first === undefined || second !== undefined) {
    return askEach([branchOf(rule)], fallthrough);
  }
  const comparison = lookupsOf(rule.clauses)[0]?.comparison;
  return comparison === undefined
    ? askMatcher(first, served, fallthrough)
    : askComparison(comparison, served, fallthrough);
}

/**
 * One clause with one value is the most common rule of all, and is answered without another call: even one that is
 * compiled into its place costs the look whether it is still the same function. What flags with equal clauses share
 * stays in one object, so that there is less to fetch for each.
 */
function askComparison(comparison: Comparison, served: Served, fallthrough: Served): Run {
  return (context) => {
    const { kind, name, value: expected, negate } = comparison;
    const value = (context.kind === kind ? context : contextOfKind(context, kind))?.[name];
    let answer = fallthrough;
    if (value !== undefined && value !== null) {
      const matches = value === expected || (typeof value === 'object' && isInList(expected, value));
      answer = matches === negate ? fallthrough : served;
    }
    return typeof answer === 'function' ? answer(context) : answer;
  };
}

function isInList(expected: unknown, value: object): boolean {
  return Array.isArray(value) && value.includes(expected);
}

function askMatcher(match: Matcher, served: Served, fallthrough: Served): Run {
  return (context, state) => {
    const verdict = match(context, state, undefined);
    if (verdict === BAD) {
      return MALFORMED;
    }
    return resolve(verdict === NO ? fallthrough : served, context);
  };
}

/** What is asked of a context for a rule, in one or two steps, and what it is served then. */
interface Branch {
  readonly first: Steps[0];
  readonly second: Steps[1];
  readonly served: Served;
}

function branchOf({ steps: [first, second], serve }: RuleNode): Branch {
  return { first, second, served: outcomeOf(serve) };
}

/** What is left to ask where the table has answered for the rule's first clauses. */
function restOf(rule: RuleNode): Branch {
  const known = lookupsOf(rule.clauses).length;
  return known === 0 ? branchOf(rule) : branchOf({ ...rule, steps: stepsOf(rule.clauses.slice(known)) });
}

function ask({ first, second }: Branch, context: CheckedContext, state: EvaluationState): Verdict {
  const verdict = first === undefined ? YES : first(context, state, undefined);
  return verdict === YES && second !== undefined ? second(context, state, undefined) : verdict;
}

function askEach(branches: readonly Branch[], fallthrough: Served): Run {
  return (context, state) => {
    for (const branch of branches) {
      const verdict = ask(branch, context, state);
      if (verdict !== NO) {
        return verdict === BAD ? MALFORMED : resolve(branch.served, context);
      }
    }
    return resolve(fallthrough, context);
  };
}

/** Only the rules that the table leaves open are asked, and only for what the table does not know. */
function askTable(table: RuleTable, rests: readonly Branch[], each: Run, fallthrough: Served): Run {
  return (context, state, chain) => {
    let open = table(context);
    if (open === ASK_EACH) {
      return each(context, state, chain);
    }
    while (open !== 0) {
      // The lowest bit is the first rule that is left, and the zeros above it in 32 bits tell its index.
      const lowest = open & -open;
      const branch = rests[31 - Math.clz32(lowest)]!;
      const verdict = ask(branch, context, state);
      if (verdict !== NO) {
        return verdict === BAD ? MALFORMED : resolve(branch.served, context);
      }
      open -= lowest;
    }
    return resolve(fallthrough, context);
  };
}
