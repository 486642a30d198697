import { present, type JsonRecord } from '../json.ts';
import type { FindingReporter } from './finding.ts';
import { ruleName } from '../rule-name.ts';

/** Rules that no context reaches, because an earlier one without clauses, and without a weight, matches every context. */
export function lintReach(
  rules: readonly (readonly [JsonRecord, FindingReporter])[],
  fallthrough?: FindingReporter,
): void {
  const first = rules.findIndex(
    ([{ clauses, weight }]) =>
      Array.isArray(clauses) && clauses.length === 0 && present(weight) === undefined,
  );
  const unreached = [...rules.slice(first + 1).map(([, reporter]) => reporter), fallthrough];
  if (first >= 0) {
    rules[first]?.[1].at('clauses').warning('always_matches', 'a rule without clauses matches every context');
    for (const reporter of unreached) {
      reporter?.warning('unreachable_rule', `${ruleName(first)} matches every context, so none reaches this`);
    }
  }
}
