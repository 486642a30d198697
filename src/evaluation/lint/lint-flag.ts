import { isRecord, listOf, present, type JsonRecord } from '../json.ts';
import { show } from '../show.ts';
import { lintClauses, type Known } from './clause.ts';
import { lintBooleans, lintCounts, lintIdentity, lintTexts, recordsIn } from './fields.ts';
import { Place, type Finding } from './finding.ts';
import { lintReach } from './reach.ts';
import { finderIn, lintPrerequisites, segmentCycles } from './references.ts';
import { lintBucketing, lintServe, lintVariation, MAX_VARIATIONS, type ServeSetting } from './serve.ts';
import { lintTargets } from './targets.ts';

export const MAX_RULES = 1_000;

/** The definitions beside the one that is looked at; it replaces its namesake among them. */
export interface LintSurroundings {
  readonly flags: { readonly [key: string]: unknown };
  readonly segments: { readonly [key: string]: unknown };
}

const BOOLEANS = [
  'on',
  'trackEvents',
  'trackEventsFallthrough',
  'clientSide',
  'excludeFromSummaries',
] as const;

/**
 * Everything that is malformed in a flag, that SDKs read differently, or that cannot be meant. Takes anything and
 * throws nothing. A flag without errors evaluates alike in every LaunchDarkly SDK, save for what the two warnings that
 * `Finding` names describe.
 */
export function lintFlag(flag: unknown, others: LintSurroundings): readonly Finding[] {
  const findings: Finding[] = [];
  const place = new Place(findings);
  if (isRecord(flag)) {
    lintFields(flag, place);
    lintParts(flag, others, place);
  } else {
    place.error('invalid_type', `expected a flag, got ${show(flag)}`);
  }
  return findings;
}

function lintFields(flag: JsonRecord, place: Place): void {
  lintIdentity(flag, place);
  lintBooleans(flag, BOOLEANS, place);
  lintCounts(flag, ['debugEventsUntilDate', 'samplingRatio'], place);
  lintBucketing(flag.bucketing, place.at('bucketing'));
  lintBooleans(
    recordAt(flag, 'clientSideAvailability', place) ?? {},
    ['usingEnvironmentId', 'usingMobileKey'],
    place.at('clientSideAvailability'),
  );
  lintCounts(recordAt(flag, 'migration', place) ?? {}, ['checkRatio'], place.at('migration'));
}

/** An object, empty where it is missing; `undefined` where it is none. */
function recordAt(flag: JsonRecord, name: string, place: Place): JsonRecord | undefined {
  const value = present(flag[name]) ?? {};
  if (isRecord(value)) {
    return value;
  }
  place.at(name).error('invalid_type', `expected an object, got ${show(value)}`);
  return undefined;
}

function lintParts(flag: JsonRecord, others: LintSurroundings, place: Place): void {
  const variations = lintVariations(flag.variations, place.at('variations'));
  const setting: ServeSetting = { variations, bucketing: flag.bucketing };
  if (present(flag.offVariation) !== undefined) {
    lintVariation(flag.offVariation, variations, place.at('offVariation'));
  }
  lintPrerequisites(flag, finderIn(others.flags, flag), place.at('prerequisites'));
  lintTargets(flag, variations, place);
  lintRules(flag, setting, { segments: finderIn(others.segments) }, place);
  const fallthrough = recordAt(flag, 'fallthrough', place);
  if (fallthrough !== undefined) {
    lintServe(fallthrough, setting, place.at('fallthrough'));
  }
}

function lintVariations(value: unknown, place: Place): number {
  const variations = listOf(value);
  if (variations === undefined) {
    place.error('invalid_type', `expected a list, got ${show(value)}`);
    return 0;
  }
  if (variations.length === 0 || variations.length > MAX_VARIATIONS) {
    place.error('limit_exceeded', `expected 1 to ${MAX_VARIATIONS} variations, got ${variations.length}`);
  }
  const types = new Set(variations.map((variation) => typeof variation));
  if (types.size > 1) {
    place.warning('mixed_types', `expected variations of one type, got ${[...types].join(', ')}`);
  }
  return variations.length;
}

function lintRules(flag: JsonRecord, setting: ServeSetting, known: Known, place: Place): void {
  const rules = recordsIn(flag.rules, place.at('rules'));
  if (rules.length > MAX_RULES) {
    place.at('rules').error('limit_exceeded', `expected at most ${MAX_RULES} rules, got ${rules.length}`);
    return;
  }
  const lintCycles = segmentCycles(flag, known.segments, false);
  for (const [rule, where] of rules) {
    lintTexts(rule, ['id'], where);
    lintBooleans(rule, ['trackEvents'], where);
    lintClauses(rule.clauses, where.at('clauses'), known);
    lintCycles(rule, where);
    lintServe(rule, setting, where);
  }
  lintReach(
    rules.map(([rule, where]) => [rule, where, true]),
    place.at('fallthrough'),
  );
}
