import { isRecord, itemsOf, present, primitiveText, type JsonRecord } from '../json.ts';
import { show } from '../show.ts';
import { recordsIn } from './fields.ts';
import type { FindingReporter } from './finding.ts';
import type { LintDefinitions } from './lint-flag.ts';
import { pathFinder, type FindDefinition, type FindPath, type References } from './graph.ts';
import { lintVariation } from './variation-or-rollout.ts';

const MAX_PATH_LENGTH = 12;

/** `a → b → a`; of a long path only its ends. */
function pathText(keys: readonly string[]): string {
  const shown =
    keys.length > MAX_PATH_LENGTH
      ? [...keys.slice(0, MAX_PATH_LENGTH / 2), '…', ...keys.slice(-MAX_PATH_LENGTH / 2)]
      : keys;
  return shown.join(' → ');
}

/** Finds definitions among the others; the linted one replaces the one with its key. */
export function finderIn(others: LintDefinitions, own?: JsonRecord): FindDefinition {
  const ownKey = own === undefined ? undefined : primitiveText(own.key);
  const find =
    typeof others === 'function'
      ? others
      : (name: string) => (Object.hasOwn(others, name) ? others[name] : undefined);
  return (key) => {
    const name = primitiveText(key);
    const other = name === undefined ? undefined : find(name);
    const item = name !== undefined && name === ownKey ? own : other;
    return isRecord(item) && !item.deleted ? item : undefined;
  };
}

const prerequisitesOf: References = (flag) =>
  itemsOf(flag.prerequisites)
    .filter(isRecord)
    .map(({ key }) => key);

const segmentsOf: References = (item) =>
  itemsOf(item.rules)
    .filter(isRecord)
    .flatMap((rule) => itemsOf(rule.clauses))
    .filter(isRecord)
    .filter((clause) => clause.op === 'segmentMatch')
    .flatMap((clause) => itemsOf(clause.values));

/** Paths that end with a key that is on them already. A path that begins with the linted definition's own key may come back to it. */
const cycleFinder = (find: FindDefinition, references: References, ownKey?: string): FindPath =>
  pathFinder(find, references, (key, way) => way.has(key), ownKey);

export function lintPrerequisites(flag: JsonRecord, flags: FindDefinition, reporter: FindingReporter): void {
  const key = primitiveText(flag.key) ?? '';
  const cycleFrom = cycleFinder(flags, prerequisitesOf, key);
  const wayToForeign = pathFinder(flags, prerequisitesOf, (other) => isForeign(flags(other)));
  for (const [prerequisite, itemReporter] of recordsIn(flag.prerequisites, reporter)) {
    const way = cycleFrom(prerequisite.key);
    if (way !== undefined) {
      const what = way.at(-1) === key ? 'itself' : 'others that require each other';
      itemReporter.error('cycle', `the flag requires ${what}: ${pathText(way)}`);
      continue;
    }
    const required = flags(prerequisite.key);
    if (required === undefined) {
      itemReporter.at('key').error('unknown_prerequisite', `there is no flag ${show(prerequisite.key)}`);
    } else {
      lintVariation(
        prerequisite.variation,
        itemsOf(required.variations).length,
        itemReporter.at('variation'),
      );
      const foreign = isForeign(flag) ? undefined : wayToForeign(prerequisite.key);
      if (foreign !== undefined) {
        // SDKs do not get flags whose bucketing only this service knows, so they see a prerequisite that is not met.
        const what = `flag ${show(foreign.at(-1))}, whose bucketing is only ours`;
        const message = `SDKs do not get ${what}, and answer otherwise: ${pathText(foreign)}`;
        itemReporter.at('key').error('not_for_sdks', message);
      }
    }
  }
}

const isForeign = (item: JsonRecord | undefined): boolean => present(item?.bucketing) !== undefined;

/** Reports segments of a rule that refer back to the linted segment, or to each other. */
export function segmentCycles(
  item: JsonRecord,
  segments: FindDefinition,
  isSegment: boolean,
): (rule: JsonRecord, reporter: FindingReporter) => void {
  const key = isSegment ? (primitiveText(item.key) ?? '') : undefined;
  const cycleFrom = cycleFinder(segments, segmentsOf, key);
  return (rule, reporter) => {
    for (const asked of new Set(segmentsOf({ rules: [rule] }))) {
      const way = cycleFrom(asked);
      if (way !== undefined) {
        const who = way.at(-1) === key ? 'the segment asks itself' : 'segments ask each other';
        reporter.error('cycle', `${who}: ${pathText(way)}`);
      }
    }
  };
}
