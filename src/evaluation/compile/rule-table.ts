import type { AttributeGetter } from '../attribute.ts';
import type { CheckedContext } from '../context.ts';
import type { ClauseNode, Membership } from './clause.ts';

/** Rules of a flag, a bit each: the first rule's is the lowest. */
export type RuleBits = number;

/** More bits than this are no small integer. */
const MAX_RULES = 30;
/** Every attribute is looked up before the first rule is known, so many of them would cost more than they save. */
const MAX_COLUMNS = 4;

/** One attribute, asked by `in` or by its negation: which rules each of its values leaves open. */
export interface Column {
  readonly get: AttributeGetter;
  readonly listed: ReadonlyMap<unknown, RuleBits>;
  /** For a value that no rule lists. */
  readonly others: RuleBits;
  /** For a context without the attribute: the rules that do not ask for it. */
  readonly missing: RuleBits;
  readonly negate: boolean;
  /** A chain instead of a list: one object less to fetch. */
  readonly next: Column | undefined;
}

/**
 * A rule's first clauses, as far as the table can hold them. It holds one clause for each attribute and sign: of two, an
 * attribute that is a list could match one by one element and the other by another.
 */
export function membershipsOf(clauses: readonly ClauseNode[]): readonly Membership[] {
  const memberships: Membership[] = [];
  for (const clause of clauses) {
    const membership = clause.kind === 'attribute' ? clause.membership : undefined;
    if (membership === undefined || memberships.some((other) => isSameColumn(membership, other))) {
      break;
    }
    memberships.push(membership);
  }
  return memberships;
}

type ColumnKey = Pick<Membership, 'get' | 'negate'>;

const isSameColumn = (one: ColumnKey, other: ColumnKey): boolean =>
  one.get === other.get && one.negate === other.negate;

function columnKeys(rules: readonly (readonly Membership[])[]): readonly ColumnKey[] {
  const all = rules.flat();
  return all.filter((one, index) => all.findIndex((other) => isSameColumn(one, other)) === index);
}

/** Does a table save more than it costs? */
export function isTabular(rules: readonly (readonly Membership[])[]): boolean {
  const columns = columnKeys(rules).length;
  return rules.length > 1 && rules.length <= MAX_RULES && columns > 0 && columns <= MAX_COLUMNS;
}

/** The columns of a table, from the first one on. */
export function ruleTable(rules: readonly (readonly Membership[])[]): Column | undefined {
  return columnKeys(rules).reduceRight<Column | undefined>(
    (next, key) => makeColumn(key, rules, next),
    undefined,
  );
}

/**
 * The rules whose clauses in the table match, of a number of rules. Each attribute is looked up once for all rules,
 * instead of being compared for each rule.
 */
export function openRules(first: Column | undefined, rules: number, context: CheckedContext): RuleBits {
  let open = 2 ** rules - 1;
  for (let column = first; column !== undefined; column = column.next) {
    const value = column.get(context);
    if (value === undefined) {
      open &= column.missing;
    } else if (typeof value === 'object') {
      open &= bitsOfList(value, column);
    } else {
      open &= column.listed.get(value) ?? column.others;
    }
  }
  return open;
}

/** One element that is listed is enough for `in`, and too many for its negation. */
function bitsOfList(value: unknown, { listed, others, negate }: Column): RuleBits {
  if (!Array.isArray(value)) {
    return others;
  }
  return value.reduce<RuleBits>((bits, element) => {
    const found = listed.get(element) ?? others;
    return negate ? bits & found : bits | found;
  }, others);
}

function makeColumn(
  key: ColumnKey,
  rules: readonly (readonly Membership[])[],
  next: Column | undefined,
): Column {
  const { get, negate } = key;
  const values = rules.map((memberships) => memberships.find((one) => isSameColumn(one, key))?.values);
  const bitsWhere = (isOpen: (asked: readonly unknown[] | undefined) => boolean): RuleBits =>
    values.reduce<RuleBits>((bits, asked, rule) => (isOpen(asked) ? bits | (1 << rule) : bits), 0);
  const listed = new Map<unknown, RuleBits>();
  const others = bitsWhere((asked) => asked === undefined || negate);
  for (const [rule, asked] of values.entries()) {
    for (const value of asked ?? []) {
      const bits = listed.get(value) ?? others;
      listed.set(value, negate ? bits & ~(1 << rule) : bits | (1 << rule));
    }
  }
  return { get, listed, others, missing: bitsWhere((asked) => asked === undefined), negate, next };
}
