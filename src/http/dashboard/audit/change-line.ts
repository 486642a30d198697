import type { AuditEntry, Author, ItemRecord, Snapshot } from '../../../store/store.ts';
import type { DashboardScope } from '../dashboard-scope.ts';
import { changeText } from '../text/change-text.ts';
import { type Moment, momentOf } from '../text/moment.ts';

/** One change in one line, with its undo. */
export interface ChangeLine {
  readonly id: number;
  readonly who: string;
  readonly what: string;
  readonly when: Moment;
  readonly key: string;
  /** The page of the flag or segment; undefined when it is deleted. */
  readonly href: string | undefined;
  /** What it changed, in full. */
  readonly detailsHref: string;
  readonly undo: Undo | undefined;
}

export type Undo =
  | {
      readonly kind: 'form';
      readonly label: string;
      /** For screen readers: which change the button undoes. */
      readonly spoken: string;
      /** Of the item as the page shows it: an undo must not overwrite a later change that the user has not seen. */
      readonly version: number | 'absent';
    }
  /** A creation is undone by deleting the flag, which asks for confirmation first. */
  | { readonly kind: 'link'; readonly label: string; readonly spoken: string; readonly href: string };

export interface ChangeLineOptions {
  readonly scope: DashboardScope;
  /** Whether the item has not changed since. */
  readonly isLatest: boolean;
  readonly mayChange: boolean;
  /** Epoch milliseconds. */
  readonly now: number;
}

export function changeLine(entry: AuditEntry, options: ChangeLineOptions): ChangeLine {
  const { scope, mayChange, now } = options;
  const current = currentItem(entry, scope.snapshot);
  return {
    id: entry.id,
    who: authorText(entry.author),
    what: changeText(entry),
    when: momentOf(entry.at, now),
    key: entry.key,
    href: current === undefined ? undefined : itemHref(entry, scope),
    detailsHref: scope.href(`/audit/${entry.id}`),
    undo: mayChange ? undoOf(entry, current, options) : undefined,
  };
}

/** Lines for entries, newest first; only the first entry of an item can be its latest change. */
export function changeLines(
  entries: readonly AuditEntry[],
  options: Omit<ChangeLineOptions, 'isLatest'>,
): readonly ChangeLine[] {
  const seen = new Set<string>();
  return entries.map((entry) => {
    const id = `${entry.kind} ${entry.key}`;
    const isLatest =
      !seen.has(id) && currentItem(entry, options.scope.snapshot)?.version === entry.after?.version;
    seen.add(id);
    return changeLine(entry, { ...options, isLatest });
  });
}

const itemHref = ({ kind, key }: AuditEntry, scope: DashboardScope): string =>
  kind === 'flag' ? scope.flagHref(key) : scope.href(`/segments/${encodeURIComponent(key)}`);

export function currentItem(
  { kind, key }: AuditEntry,
  { flags, segments }: Snapshot,
): ItemRecord | undefined {
  return (kind === 'flag' ? flags : segments).get(key);
}

function undoOf(
  { action, kind, key, id }: AuditEntry,
  current: ItemRecord | undefined,
  { isLatest, scope }: ChangeLineOptions,
): Undo | undefined {
  const version = current?.version ?? 'absent';
  switch (action) {
    case 'create':
      return kind === 'flag' && current !== undefined
        ? { kind: 'link', label: 'Delete…', spoken: key, href: scope.flagHref(key, '/delete') }
        : undefined;
    case 'delete':
      return current === undefined
        ? { kind: 'form', label: 'Bring back', spoken: `${key}, change ${id}`, version }
        : undefined;
    case 'update':
      return {
        kind: 'form',
        label: isLatest ? 'Undo' : 'Back to before',
        spoken: `${key}, change ${id}`,
        version,
      };
    default:
      return action satisfies never;
  }
}

const VIA: Readonly<Record<Author['via'], string>> = {
  api: 'by API',
  dashboard: '',
  schedule: 'on schedule',
  release: '',
  experiment: '',
  seed: 'at the start',
  import: 'by import',
  test: 'by test',
};

/** Who wrote by themselves, by the beginning of their ids; the rest of an id says nothing to people. */
const PROGRAMS = [
  ['release:', 'A release'],
  ['experiment:', 'An experiment'],
] as const;

/** `first`, `first, by API,`, `A release`, `DJ Toggle, at the start,`. */
function authorText({ id, via }: Author): string {
  const program = PROGRAMS.find(([prefix]) => id.startsWith(prefix) && id.startsWith(via))?.[1];
  if (program !== undefined) return program;
  const name = via === 'seed' ? 'DJ Toggle' : id === 'anonymous' ? 'Somebody' : id;
  return VIA[via] === '' ? name : `${name}, ${VIA[via]},`;
}
