import { oncePer } from '../../../shared/once-per.ts';
import type { FlagRecord, Snapshot } from '../../../store/store.ts';
import { flagShare } from '../flag/flag-share.ts';

export const FLAG_STATES = ['all', 'on', 'off', 'stale', 'archived'] as const;
export type FlagState = (typeof FLAG_STATES)[number];

export interface FlagFilter {
  /** Words that the name, the description or a tag contain, in any case. */
  readonly q: string;
  readonly tag: string;
  /** `all`: all that are not archived. */
  readonly state: FlagState;
}

/** Marks flags that are hidden from the list. */
export const ARCHIVED = 'archived';

const STALE_AFTER_MS = 30 * 86_400_000;

export function flagFilter(query: Readonly<Record<string, string | undefined>>): FlagFilter {
  const { q = '', tag = '', state } = query;
  return { q: q.trim(), tag, state: FLAG_STATES.find((known) => known === state) ?? 'all' };
}

/** By name. */
export function matchingFlags(snapshot: Snapshot, { q, tag, state }: FlagFilter, now: number): FlagRecord[] {
  const words = q.toLowerCase().split(/\s+/).filter(Boolean);
  return sortedFlags(snapshot).filter((record) => {
    const { key, description, tags } = record;
    if (tag !== '' && !tags.includes(tag)) return false;
    if (!hasState(record, state, now)) return false;
    if (words.length === 0) return true;
    const text = `${key} ${description ?? ''} ${tags.join(' ')}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

function hasState(record: FlagRecord, state: FlagState, now: number): boolean {
  const archived = record.tags.includes(ARCHIVED);
  switch (state) {
    case 'archived':
      return archived;
    case 'all':
      return !archived;
    case 'on':
    case 'off':
      return !archived && record.definition.on === (state === 'on');
    case 'stale':
      return !archived && staleReason(record, now) !== undefined;
    default:
      return state satisfies never;
  }
}

/** Why a flag is no longer needed: it has served one value to everyone for 30 days. Undefined while it may be needed. */
export function staleReason({ definition, updatedAt }: FlagRecord, now: number): string | undefined {
  if (now - Date.parse(updatedAt) < STALE_AFTER_MS) return undefined;
  if (!definition.on) return 'off for 30 days';
  const { targets = [], contextTargets = [], rules = [], prerequisites = [] } = definition;
  if ([targets, contextTargets, rules, prerequisites].some((part) => part.length > 0)) return undefined;
  const share = flagShare(definition);
  if (share.kind === 'share')
    return [0, 100].includes(share.percentage) ? `at ${share.percentage}\u00a0% for 30 days` : undefined;
  return definition.fallthrough.variation === undefined ? undefined : 'the same for everyone for 30 days';
}

const { compare } = new Intl.Collator('en', { numeric: true });

const sortedFlags = oncePer(({ flags }: Snapshot): readonly FlagRecord[] =>
  [...flags.values()].toSorted((a, b) => compare(a.key, b.key)),
);

/** Every tag with how many flags have it. */
export function tagCounts({ flags }: Snapshot): readonly { readonly tag: string; readonly count: number }[] {
  const counts = new Map<string, number>();
  for (const { tags } of flags.values()) for (const tag of tags) counts.set(tag, (counts.get(tag) ?? 0) + 1);
  counts.delete(ARCHIVED);
  return [...counts].map(([tag, count]) => ({ tag, count })).toSorted((a, b) => compare(a.tag, b.tag));
}
