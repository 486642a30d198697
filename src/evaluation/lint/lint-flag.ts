import { isRecord, listOf, present, type JsonRecord } from '../json.ts';
import { show } from '../show.ts';
import { lintClauses, type Known } from './clause.ts';
import { lintBooleans, lintCounts, lintIdentity, lintTexts, MAX_UINT32, recordsIn } from './fields.ts';
import { FindingReporter, type Finding } from './finding.ts';
import { lintReach } from './reach.ts';
import { MAX_PATTERN_COST } from './pattern.ts';
import { finderIn, lintPrerequisites, segmentCycles } from './references.ts';
import {
  lintBucketing,
  lintServe,
  lintVariation,
  MAX_VARIATIONS,
  type ServeSetting,
} from './variation-or-rollout.ts';
import { lintTargets } from './targets.ts';

export const MAX_RULES = 1_000;

/** The other definitions of the environment; the linted one replaces the one with its key. */
export interface LintSurroundings {
  readonly flags: LintDefinitions;
  readonly segments: LintDefinitions;
}

/** By key; or what finds one by its key, where making an object of all would cost more than the lint. */
export type LintDefinitions = { readonly [key: string]: unknown } | ((key: string) => unknown);

const BOOLEANS = [
  'on',
  'trackEvents',
  'trackEventsFallthrough',
  'clientSide',
  'excludeFromSummaries',
] as const;

/**
 * Everything in a flag that is malformed, that SDKs read differently, or that cannot be meant. Takes anything, throws
 * nothing. A flag without errors evaluates alike in every LaunchDarkly SDK, save for what a warning says and for rare
 * characters in regular expressions (digits, letters and blanks past ASCII, line ends, characters past U+FFFF).
 *
 * @example
 * const flag = { key: 'chat', version: 1, on: true, variations: [true], fallthrough: { variation: 7 } };
 * lintFlag(flag, { flags: {}, segments: {} }).map(({ code, pointer }) => `${code} ${pointer}`); // → ['invalid_variation /fallthrough/variation']
 */
export function lintFlag(flag: unknown, others: LintSurroundings): readonly Finding[] {
  const findings: Finding[] = [];
  const reporter = new FindingReporter(findings);
  if (isRecord(flag)) {
    lintFields(flag, reporter);
    lintParts(flag, others, reporter);
  } else {
    reporter.error('invalid_type', `expected a flag, got ${show(flag)}`);
  }
  return findings;
}

function lintFields(flag: JsonRecord, reporter: FindingReporter): void {
  lintIdentity(flag, reporter);
  lintBooleans(flag, BOOLEANS, reporter);
  lintCounts(flag, ['debugEventsUntilDate'], Number.MAX_SAFE_INTEGER, reporter);
  lintCounts(flag, ['samplingRatio'], MAX_UINT32, reporter);
  lintBucketing(flag.bucketing, reporter.at('bucketing'));
  lintBooleans(
    recordAt(flag, 'clientSideAvailability', reporter) ?? {},
    ['usingEnvironmentId', 'usingMobileKey'],
    reporter.at('clientSideAvailability'),
  );
  lintCounts(
    recordAt(flag, 'migration', reporter) ?? {},
    ['checkRatio'],
    MAX_UINT32,
    reporter.at('migration'),
  );
}

/** The object at a field, empty where it is missing; `undefined`, and a finding, for anything else. */
function recordAt(flag: JsonRecord, name: string, reporter: FindingReporter): JsonRecord | undefined {
  const value = present(flag[name]) ?? {};
  if (isRecord(value)) {
    return value;
  }
  reporter.at(name).error('invalid_type', `expected an object, got ${show(value)}`);
  return undefined;
}

function lintParts(flag: JsonRecord, others: LintSurroundings, reporter: FindingReporter): void {
  const variations = lintVariations(flag.variations, reporter.at('variations'));
  const setting: ServeSetting = { variations, bucketing: flag.bucketing };
  if (present(flag.offVariation) !== undefined) {
    lintVariation(flag.offVariation, variations, reporter.at('offVariation'));
  }
  lintPrerequisites(flag, finderIn(others.flags, flag), reporter.at('prerequisites'));
  lintTargets(flag, variations, reporter);
  lintRules(
    flag,
    setting,
    { segments: finderIn(others.segments), patterns: { left: MAX_PATTERN_COST } },
    reporter,
  );
  const fallthrough = recordAt(flag, 'fallthrough', reporter);
  if (fallthrough !== undefined) {
    lintServe(fallthrough, setting, reporter.at('fallthrough'));
  }
}

function lintVariations(value: unknown, reporter: FindingReporter): number {
  const variations = listOf(value);
  if (variations === undefined) {
    reporter.error('invalid_type', `expected a list, got ${show(value)}`);
    return 0;
  }
  if (variations.length === 0 || variations.length > MAX_VARIATIONS) {
    reporter.error('limit_exceeded', `expected 1 to ${MAX_VARIATIONS} variations, got ${variations.length}`);
  }
  const types = new Set(variations.map((variation) => typeof variation));
  if (types.size > 1) {
    reporter.warning('mixed_types', `expected variations of one type, got ${[...types].join(', ')}`);
  }
  return variations.length;
}

function lintRules(flag: JsonRecord, setting: ServeSetting, known: Known, reporter: FindingReporter): void {
  const rules = recordsIn(flag.rules, reporter.at('rules'));
  if (rules.length > MAX_RULES) {
    reporter.at('rules').error('limit_exceeded', `expected at most ${MAX_RULES} rules, got ${rules.length}`);
    return;
  }
  const lintCycles = segmentCycles(flag, known.segments, false);
  for (const [rule, itemReporter] of rules) {
    lintTexts(rule, ['id'], itemReporter);
    lintBooleans(rule, ['trackEvents'], itemReporter);
    lintClauses(rule.clauses, itemReporter.at('clauses'), known);
    lintCycles(rule, itemReporter);
    lintServe(rule, setting, itemReporter);
  }
  lintReach(rules, reporter.at('fallthrough'));
}
