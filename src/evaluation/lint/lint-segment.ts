import { isRecord, itemsOf, listOf, present, type JsonRecord } from '../json.ts';
import { show } from '../show.ts';
import { lintAttribute } from './attribute.ts';
import { lintClauses } from './clause.ts';
import { lintBooleans, lintIdentity, lintKeys, lintKind, lintTexts, MAX_INT32, recordsIn } from './fields.ts';
import { FindingReporter, type Finding } from './finding.ts';
import type { LintSurroundings } from './lint-flag.ts';
import { MAX_RULES } from './lint-flag.ts';
import { lintReach } from './reach.ts';
import { MAX_PATTERN_COST } from './pattern.ts';
import { finderIn, segmentCycles } from './references.ts';
import { lintWeight } from './variation-or-rollout.ts';

/**
 * Everything that is wrong with a segment, as `lintFlag` does for a flag.
 *
 * @example
 * const segment = { key: 'beta', version: 1, included: ['anna'], excluded: ['anna'] };
 * lintSegment(segment, { flags: {}, segments: {} }).map(({ code }) => code); // → ['contradiction']
 */
export function lintSegment(segment: unknown, others: LintSurroundings): readonly Finding[] {
  const findings: Finding[] = [];
  const reporter = new FindingReporter(findings);
  if (isRecord(segment)) {
    lintIdentity(segment, reporter);
    lintBooleans(segment, ['unbounded'], reporter);
    lintLists(segment, reporter);
    lintBig(segment, reporter);
    lintRules(segment, others, reporter);
  } else {
    reporter.error('invalid_type', `expected a segment, got ${show(segment)}`);
  }
  return findings;
}

function lintLists(segment: JsonRecord, reporter: FindingReporter): void {
  const included = new Set(lintKeys(listOf(segment.included) ?? segment.included, reporter.at('included')));
  const excluded = lintKeys(listOf(segment.excluded) ?? segment.excluded, reporter.at('excluded'));
  if (excluded.some((key) => included.has(key))) {
    reporter
      .at('excluded')
      .warning('contradiction', 'some keys are both included and excluded: included wins');
  }
  for (const name of ['includedContexts', 'excludedContexts'] as const) {
    for (const [target, itemReporter] of recordsIn(segment[name], reporter.at(name))) {
      lintKind(target.contextKind, itemReporter.at('contextKind'));
      lintKeys(target.values, itemReporter.at('values'));
      if (!target.contextKind || target.contextKind === 'user') {
        itemReporter.warning(
          'user_keys_in_contexts',
          'some Go SDKs skip this list for plain users: list their keys directly',
        );
      }
    }
  }
}

function lintBig(segment: JsonRecord, reporter: FindingReporter): void {
  lintKind(segment.unboundedContextKind, reporter.at('unboundedContextKind'));
  if (!segment.unbounded) {
    return;
  }
  const { generation } = segment;
  if (!Number.isSafeInteger(generation) || Number(generation) < 1 || Number(generation) > MAX_INT32) {
    reporter
      .at('generation')
      .error('missing_generation', `expected a whole number from 1 to ${MAX_INT32}, got ${show(generation)}`);
  }
  for (const name of ['included', 'excluded', 'includedContexts', 'excludedContexts'] as const) {
    if (itemsOf(segment[name]).length > 0) {
      reporter.at(name).warning('ignored_field', 'a big segment asks its store and its rules, not this list');
    }
  }
}

function lintRules(segment: JsonRecord, others: LintSurroundings, reporter: FindingReporter): void {
  const rules = recordsIn(segment.rules, reporter.at('rules'));
  if (rules.length > MAX_RULES) {
    reporter.at('rules').error('limit_exceeded', `expected at most ${MAX_RULES} rules, got ${rules.length}`);
    return;
  }
  const segments = finderIn(others.segments, segment);
  const lintCycles = segmentCycles(segment, segments, true);
  const known = { segments, patterns: { left: MAX_PATTERN_COST } };
  for (const [rule, itemReporter] of rules) {
    lintTexts(rule, ['id'], itemReporter);
    lintClauses(rule.clauses, itemReporter.at('clauses'), known);
    lintCycles(rule, itemReporter);
    lintWeightedRule(rule, itemReporter);
  }
  lintReach(rules);
}

/** A rule with a weight takes only a share of the contexts that match. */
function lintWeightedRule(rule: JsonRecord, reporter: FindingReporter): void {
  const kind = present(rule.rolloutContextKind);
  lintKind(kind, reporter.at('rolloutContextKind'));
  const bucketBy = present(rule.bucketBy);
  if (bucketBy !== undefined && bucketBy !== '') {
    lintAttribute(bucketBy, Boolean(kind), reporter.at('bucketBy'));
  }
  if (present(rule.weight) === undefined) {
    return;
  }
  lintWeight(rule.weight, undefined, reporter.at('weight'));
  const sampled = kind ?? 'user';
  if (!requires(rule.clauses, sampled)) {
    const message = `SDKs disagree on contexts without ${show(sampled)}: add a clause on that kind`;
    const itemReporter = reporter.at('rolloutContextKind');
    if (sampled === 'user') {
      itemReporter.warning('missing_kind_clause', message);
    } else {
      itemReporter.error('missing_kind_clause', message);
    }
  }
}

/** A clause on a kind never matches a context without it, negated or not. */
function requires(clauses: unknown, kind: unknown): boolean {
  return itemsOf(clauses)
    .filter(isRecord)
    .filter(({ op }) => op !== 'segmentMatch')
    .some((clause) =>
      clause.attribute === 'kind'
        ? isAboutKind(clause, kind)
        : (present(clause.contextKind) ?? 'user') === kind,
    );
}

/** `kind in ["org"]`, and nothing else listed. */
function isAboutKind({ op, values, negate }: JsonRecord, kind: unknown): boolean {
  const listed = itemsOf(values);
  return op === 'in' && !negate && listed.length > 0 && listed.every((value) => value === kind);
}
