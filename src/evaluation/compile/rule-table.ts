import type { AttributeGetter } from '../attribute.ts';
import type { CheckedContext } from '../context.ts';
import type { ClauseNode } from './clause.ts';
import type { Lookup } from './lookup.ts';

/** Rules of a flag, a bit each: the first rule's is the lowest. */
export type RuleBits = number;

/** More bits than this are no small integer. */
const MAX_RULES = 30;
/** Every attribute is looked up before the first rule is known, so many would cost more than they save. */
const MAX_COLUMNS = 4;

/** One attribute, and the rules that each of its values leaves open. */
interface Column {
  readonly get: AttributeGetter;
  readonly listed: ReadonlyMap<unknown, RuleBits>;
  /** For a value that no rule lists. */
  readonly others: RuleBits;
  /** For a context without the attribute: the rules that do not ask for it. */
  readonly missing: RuleBits;
}

/** The rules that a context's attributes leave open, or `ASK_EACH` where an attribute has several values. */
export type RuleTable = (context: CheckedContext) => RuleBits;

export const ASK_EACH = -1;

/** A rule's first clauses, as far as each can be looked up. Those behind one that must be asked wait for its answer. */
export function lookupsOf(clauses: readonly ClauseNode[]): readonly Lookup[] {
  const lookups: Lookup[] = [];
  for (const clause of clauses) {
    if (clause.kind !== 'attribute' || clause.lookup === undefined) {
      break;
    }
    lookups.push(clause.lookup);
  }
  return lookups;
}

/** Does a table save more than it costs? */
export function isTabular(rules: readonly (readonly Lookup[])[]): boolean {
  const attributes = new Set(rules.flat().map(({ get }) => get)).size;
  return rules.length > 1 && rules.length <= MAX_RULES && attributes > 0 && attributes <= MAX_COLUMNS;
}

/**
 * Turns rules around: instead of asking each rule about the context's attributes, each attribute is looked up once,
 * and says at a stroke what it means for all the rules.
 */
export function ruleTable(rules: readonly (readonly Lookup[])[]): RuleTable {
  const getters = new Set(rules.flat().map(({ get }) => get));
  const columns = Array.from(getters, (get) => columnOf(get, rules));
  const all = 2 ** rules.length - 1;
  return (context) => {
    let open = all;
    for (const { get, listed, others, missing } of columns) {
      const value = get(context);
      if (value === undefined) {
        open &= missing;
      } else if (typeof value === 'object') {
        return ASK_EACH;
      } else {
        open &= listed.get(value) ?? others;
      }
    }
    return open;
  };
}

function columnOf(get: AttributeGetter, rules: readonly (readonly Lookup[])[]): Column {
  const asked = rules.map((lookups) =>
    lookups
      .filter((lookup) => lookup.get === get)
      .map(({ listed, negate }) => ({ listed: new Set(listed), negate })),
  );
  const open = (
    holds: (clause: { readonly listed: ReadonlySet<unknown>; readonly negate: boolean }) => boolean,
  ): RuleBits =>
    asked.reduce((bits, clauses, index) => (clauses.every(holds) ? bits | (1 << index) : bits), 0);
  const values = new Set(rules.flat().flatMap((lookup) => (lookup.get === get ? lookup.listed : [])));
  return {
    get,
    listed: new Map(
      Array.from(values, (value) => [value, open(({ listed, negate }) => listed.has(value) !== negate)]),
    ),
    others: open(({ negate }) => negate),
    missing: open(() => false),
  };
}
