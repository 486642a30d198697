import type { Segment } from '../../../evaluation/model.ts';
import { canonicalJson } from '../../../shared/canonical-json.ts';

const MAX_NAMED = 5;

/** What changes from one definition of a segment to the next, a sentence each. Empty when nothing does. */
export function segmentDiff(before: Segment, after: Segment): readonly string[] {
  return [
    ...keyChanges('listed', before.included, after.included),
    ...keyChanges('excluded', before.excluded, after.excluded),
    ...OTHER_PARTS.flatMap(([name, part]) =>
      canonicalJson(before[part] ?? []) === canonicalJson(after[part] ?? []) ? [] : [`${name} change.`],
    ),
  ];
}

const OTHER_PARTS = [
  ['The rules', 'rules'],
  ['The listed contexts', 'includedContexts'],
  ['The excluded contexts', 'excludedContexts'],
] as const;

function keyChanges(
  word: string,
  before: readonly string[] = [],
  after: readonly string[] = [],
): readonly string[] {
  const [old, now] = [new Set(before), new Set(after)];
  const added = after.filter((key) => !old.has(key));
  const removed = before.filter((key) => !now.has(key));
  return [
    ...(added.length === 0 ? [] : [`${named(added)} ${isOrAre(added)} ${word} now.`]),
    ...(removed.length === 0 ? [] : [`${named(removed)} ${isOrAre(removed)} no longer ${word}.`]),
  ];
}

function named(keys: readonly string[]): string {
  const more = keys.length - MAX_NAMED;
  return more > 0 ? `${keys.slice(0, MAX_NAMED).join(', ')} and ${more} more` : keys.join(', ');
}

const isOrAre = (keys: readonly string[]): string => (keys.length === 1 ? 'is' : 'are');
