import type { Clause, Operator } from '../../../evaluation/model.ts';
import { parseValueLines, valueLines } from './value-lines.ts';

/** A condition of a rule, as a form has it. */
export interface ClauseDraft {
  readonly kind: string;
  readonly attribute: string;
  readonly op: Operator;
  readonly negate: boolean;
  /** One a line; see `parseValueLines`. */
  readonly values: string;
}

export const clauseDraft = ({
  contextKind = 'user',
  attribute,
  op,
  negate = false,
  values,
}: Clause): ClauseDraft => ({
  kind: contextKind,
  attribute,
  op,
  negate,
  values: valueLines(values),
});

/** A condition that is as it was stays the same clause, to the byte. */
export function buildClauses(
  drafts: readonly ClauseDraft[],
  before: readonly Clause[],
  where: string,
  problems: string[],
): readonly Clause[] {
  const known = new Map(before.map((clause) => [JSON.stringify(clauseDraft(clause)), clause]));
  return drafts.map(
    (draft, at) =>
      known.get(JSON.stringify(draft)) ?? buildClause(draft, `${where}, condition ${at + 1}`, problems),
  );
}

function buildClause(
  { kind, attribute, op, negate, values }: ClauseDraft,
  where: string,
  problems: string[],
): Clause {
  const parsed = parseValueLines(values);
  if (op !== 'segmentMatch' && attribute === '') problems.push(`${where}: name an attribute.`);
  if (parsed.length === 0) problems.push(`${where}: give at least one value.`);
  return {
    ...(kind === '' || kind === 'user' ? {} : { contextKind: kind }),
    attribute: op === 'segmentMatch' ? '' : attribute,
    op,
    values: parsed,
    ...(negate ? { negate } : {}),
  };
}
