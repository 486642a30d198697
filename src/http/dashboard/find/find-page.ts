import { queryOf } from '../../input/parse.ts';
import type { Visit } from '../dashboard-scope.ts';
import { PAGES } from '../dashboard-frame.ts';
import { matchingFlags } from '../flags/flag-filter.ts';

/** Every page, flag, segment and action that fits what was typed; the command palette shows the same list. */
export interface FindPage {
  readonly q: string;
  readonly hidden: readonly { readonly name: string; readonly value: string }[];
  readonly found: readonly FoundItem[];
  /** Flags and segments that fit beyond those listed. */
  readonly more: number;
}

export interface FoundItem {
  readonly kind: 'page' | 'action' | 'flag' | 'segment';
  readonly name: string;
  readonly note: string;
  readonly href: string;
}

const MAX_ITEMS = 12;

/** @param now epoch milliseconds */
export function findPage({ req, scope }: Visit, now: number): FindPage {
  const { q = '' } = queryOf(req);
  const words = q.toLowerCase().split(/\s+/).filter(Boolean);
  const fits = (...texts: readonly (string | null)[]): boolean =>
    words.every((word) => texts.some((text) => text?.toLowerCase().includes(word)));
  const places: FoundItem[] = [
    ...PAGES.map(([name, path]): FoundItem => ({ kind: 'page', name, note: '', href: scope.href(path) })),
    ...ACTIONS.map(([name, path]): FoundItem => ({ kind: 'action', name, note: '', href: scope.href(path) })),
  ].filter(({ name }) => fits(name));
  const flags = matchingFlags(scope.snapshot, { q, tag: '', state: 'all' }, now).flatMap(
    ({ key, description, definition }): readonly FoundItem[] => [
      {
        kind: 'flag',
        name: key,
        note: description ?? (definition.on ? 'on' : 'off'),
        href: scope.flagHref(key),
      },
    ],
  );
  const segments = [...scope.snapshot.segments.values()]
    .filter(({ key, description }) => fits(key, description))
    .map(({ key, description }): FoundItem => ({
      kind: 'segment',
      name: key,
      note: description ?? '',
      href: scope.href(`/segments/${encodeURIComponent(key)}`),
    }));
  // With words, what has a name of its own comes first: pages are few and always there.
  const found = words.length === 0 ? [...places, ...flags, ...segments] : [...flags, ...segments, ...places];
  return {
    q,
    hidden: scope.hiddenFields,
    found: found.slice(0, MAX_ITEMS),
    more: Math.max(0, found.length - MAX_ITEMS),
  };
}

const ACTIONS = [
  ['Create a flag', '/new-flag'],
  ['Schedule a change', '/schedules'],
  ['Create a key', '/keys'],
  ['Check the audit log', '/audit'],
  ['Download the audit log', '/audit/export'],
] as const;
