import { OPERATOR_PHRASES } from '../../../evaluation/operator-phrases.ts';
import type { Clause, JsonValue, Operator } from '../../../evaluation/model.ts';
import { valueText } from './value-text.ts';

/** The operators of clauses, and their negations. */
export const OPERATOR_TEXTS: Readonly<Record<Operator, readonly [affirmed: string, denied: string]>> = {
  ...OPERATOR_PHRASES,
  in: ['is one of', 'is none of'],
  segmentMatch: ['in the segment', 'not in the segment'],
};

const MAX_VALUES = 8;

/** `groups is one of beta_testers`, `country is none of DE, FR`, `in the segment staff`. */
export function clauseText({ attribute, op, values, negate = false, contextKind = 'user' }: Clause): string {
  const [affirmed, denied] = OPERATOR_TEXTS[op] ?? [`does ${op} hold for`, `does ${op} not hold for`];
  const text = `${negate ? denied : affirmed} ${listText(values)}`;
  if (op === 'segmentMatch') return text;
  return contextKind === 'user' ? `${attribute} ${text}` : `the ${contextKind}’s ${attribute} ${text}`;
}

/** A rule matches when all of its clauses match; a rule without clauses matches everyone. */
export const clausesText = (clauses: readonly Clause[]): string =>
  clauses.length === 0 ? 'everyone not matched above' : clauses.map(clauseText).join(', and ');

export function listText(values: readonly JsonValue[], most = MAX_VALUES): string {
  if (values.length === 0) return 'nothing';
  const shown = values.slice(0, most).map(valueText).join(', ');
  return values.length > most ? `${shown} and ${values.length - most} more` : shown;
}
