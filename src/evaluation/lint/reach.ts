import { isRecord, itemsOf, listOf, present, type JsonRecord } from '../json.ts';
import type { FindingReporter } from './finding.ts';

/** The most values of all rules, and the most comparisons of them; beyond it the reach is not looked at. */
const MAX_VALUES = 200_000;
const MAX_COMPARED = 2_000_000;

/** A rule, its reporter, and whether it keeps whoever matches it. */
export type ReportedRule = readonly [JsonRecord, FindingReporter, boolean];

interface RuleReach {
  readonly index: number;
  readonly clauses: readonly ClauseReach[];
}

/** One that asks of all contexts alike; `values` are told apart by their JSON. */
interface ClauseReach {
  readonly asks: string;
  readonly isNegated: boolean;
  readonly values: ReadonlySet<string>;
}

/** Rules that nobody can come to: an earlier one takes everybody, or at least everybody whom they match. */
export function lintReach(rules: readonly ReportedRule[], fallthrough: FindingReporter | undefined): void {
  const earlier = new EarlierRules();
  let taker: number | undefined;
  let valuesLeft = MAX_VALUES;
  for (const [index, [rule, reporter, isWhole]] of rules.entries()) {
    valuesLeft -= valueCount(rule);
    const clauses = valuesLeft < 0 ? undefined : clausesOf(rule);
    if (taker !== undefined) {
      reporter.warning('unreachable_rule', `rule ${taker} matches everybody, so nobody comes to this one`);
    } else if (clauses?.length === 0) {
      if (isWhole) {
        reporter.at('clauses').warning('always_matches', 'a rule without a clause matches everybody');
        taker = index;
      }
    } else if (clauses !== undefined) {
      const first = earlier.covering(clauses);
      if (first !== undefined) {
        reporter.warning(
          'unreachable_rule',
          `rule ${first} comes first and matches whomever this one matches`,
        );
      } else if (isWhole) {
        earlier.add({ index, clauses });
      }
    }
  }
  if (taker !== undefined) {
    fallthrough?.warning(
      'unreachable_rule',
      `rule ${taker} matches everybody, so nobody comes to the fallthrough`,
    );
  }
}

/** Found by what their first clause asks, so that rules on other attributes are not compared. */
class EarlierRules {
  readonly #byFirst = new Map<string, RuleReach[]>();
  #compared = 0;

  add(rule: RuleReach): void {
    for (const { asks } of rule.clauses.slice(0, 1)) {
      this.#byFirst.set(asks, [...(this.#byFirst.get(asks) ?? []), rule]);
    }
  }

  /** The first rule that matches whoever matches these clauses. */
  covering(clauses: readonly ClauseReach[]): number | undefined {
    const candidates = [...new Set(clauses.map(({ asks }) => asks))].flatMap(
      (asks) => this.#byFirst.get(asks) ?? [],
    );
    const indexes = candidates
      .filter((rule) => rule.clauses.every((wide) => clauses.some((narrow) => this.#implies(narrow, wide))))
      .map(({ index }) => index);
    return indexes.length === 0 ? undefined : Math.min(...indexes);
  }

  /** Values are joined by OR: fewer of them match fewer, and negated, more of them do. */
  #implies(narrow: ClauseReach, wide: ClauseReach): boolean {
    if (narrow.asks !== wide.asks || narrow.isNegated !== wide.isNegated) {
      return false;
    }
    const [few, many] = narrow.isNegated ? [wide.values, narrow.values] : [narrow.values, wide.values];
    for (const value of few) {
      this.#compared += 1;
      if (!many.has(value) || this.#compared > MAX_COMPARED) {
        return false;
      }
    }
    return true;
  }
}

function valueCount({ clauses }: JsonRecord): number {
  return itemsOf(clauses).reduce<number>(
    (sum, clause) => sum + (isRecord(clause) ? itemsOf(clause.values).length : 0),
    0,
  );
}

/** `undefined` where a clause is malformed, or lists what cannot be compared. */
function clausesOf(rule: JsonRecord): readonly ClauseReach[] | undefined {
  const list = Array.isArray(rule.clauses) ? listOf(rule.clauses) : undefined;
  const clauses = list?.map(clauseOf).filter((clause) => clause !== undefined);
  return clauses?.length === list?.length ? clauses : undefined;
}

function clauseOf(clause: unknown): ClauseReach | undefined {
  const values = isRecord(clause) ? listOf(clause.values) : undefined;
  if (!isRecord(clause) || values === undefined) {
    return undefined;
  }
  const { contextKind, attribute, op, negate } = clause;
  const parts = op === 'segmentMatch' ? [op] : [op, ...whereOf(contextKind, attribute)];
  return [...parts, ...values].some((part) => typeof part === 'object')
    ? undefined
    : {
        asks: JSON.stringify(parts),
        isNegated: Boolean(negate),
        values: new Set(values.map((value) => JSON.stringify(value))),
      };
}

/** A name is the same attribute of a user with `user` beside it and without; a path is none without a kind. */
function whereOf(contextKind: unknown, attribute: unknown): readonly unknown[] {
  const isPath = typeof attribute === 'string' && attribute.startsWith('/');
  return [present(contextKind) ?? 'user', attribute, isPath && Boolean(contextKind)];
}
