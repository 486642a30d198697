import { isRecord, itemsOf, listOf, type JsonRecord } from '../json.ts';
import type { Place } from './finding.ts';

/** The most clauses of a flag that are compared with each other; beyond it the reach is not looked at. */
const MOST_TEXT = 200_000;

/** Rules that nobody can come to: after one that takes everybody, or after one with the same clauses. */
export function lintReach(rules: readonly (readonly [JsonRecord, Place])[], fallthrough: Place): void {
  const seen = new Map<string, number>();
  let taker: number | undefined;
  for (const [index, [rule, place]] of rules.entries()) {
    const signature = signatureOf(rule);
    const earlier = seen.get(signature ?? '');
    if (taker !== undefined) {
      place.warning('unreachable_rule', `rule ${taker} matches everybody, so nobody comes to this one`);
    } else if (signature !== undefined && earlier !== undefined) {
      place.warning('unreachable_rule', `rule ${earlier} has the same clauses and comes first`);
    } else if (signature === '[]') {
      place.at('clauses').warning('always_matches', 'a rule without a clause matches everybody');
      taker = index;
    } else if (signature !== undefined) {
      seen.set(signature, index);
    }
  }
  if (taker !== undefined) {
    fallthrough.warning(
      'unreachable_rule',
      `rule ${taker} matches everybody, so nobody comes to the fallthrough`,
    );
  }
}

/** Equal for rules with equal clauses in any order; `undefined` for what is malformed or too big to compare. */
function signatureOf(rule: JsonRecord): string | undefined {
  const clauses = Array.isArray(rule.clauses) ? listOf(rule.clauses) : undefined;
  const texts = clauses?.map(clauseText) ?? [undefined];
  const known = texts.filter((text) => text !== undefined);
  return known.length === texts.length ? `[${known.toSorted().join(',')}]` : undefined;
}

function clauseText(clause: unknown): string | undefined {
  if (!isRecord(clause)) {
    return undefined;
  }
  const values = itemsOf(clause.values);
  const flat = [clause.contextKind, clause.attribute, clause.op, Boolean(clause.negate), ...values];
  if (flat.length > MOST_TEXT || flat.some((part) => typeof part === 'object' && part !== null)) {
    return undefined;
  }
  return JSON.stringify(flat);
}
