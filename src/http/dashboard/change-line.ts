import type { AuditEntry, Author, ItemRecord, Snapshot } from '../../store/store.ts';
import { changeText } from './text/change-words.ts';
import { type Moment, momentOf } from './text/moment.ts';

/** One change in one line, with the way to take it back. */
export interface ChangeLine {
  readonly id: number;
  readonly who: string;
  readonly what: string;
  readonly when: Moment;
  readonly key: string;
  /** Of the flag's page; undefined for segments and for flags that are gone. */
  readonly href: string | undefined;
  readonly undo: Undo | undefined;
}

export type Undo =
  | {
      readonly kind: 'form';
      readonly label: string;
      /** For those who do not see the line that the button stands in. */
      readonly spoken: string;
      /** What the undoing expects to find: somebody else's change in between is not swept away unseen. */
      readonly version: number | 'absent';
    }
  /** A creation is undone by deleting, which is asked about first. */
  | { readonly kind: 'link'; readonly label: string; readonly spoken: string; readonly href: string };

export interface ChangeLineOptions {
  readonly snapshot: Snapshot;
  /** Whether nothing was done to the same item since. */
  readonly isLatest: boolean;
  readonly mayChange: boolean;
  readonly flagHref: (key: string) => string;
  readonly deleteHref: (key: string) => string;
  readonly now: number;
}

export function changeLine(entry: AuditEntry, options: ChangeLineOptions): ChangeLine {
  const { snapshot, mayChange, flagHref, now } = options;
  const current = (entry.kind === 'flag' ? snapshot.flags : snapshot.segments).get(entry.key);
  return {
    id: entry.id,
    who: whoText(entry.author),
    what: changeText(entry),
    when: momentOf(entry.at, now),
    key: entry.key,
    href: entry.kind === 'flag' && current !== undefined ? flagHref(entry.key) : undefined,
    undo: mayChange ? undoOf(entry, current, options) : undefined,
  };
}

/** The lines of a page of the log, newest first; of each item only the first can be its latest change. */
export function changeLines(
  entries: readonly AuditEntry[],
  options: Omit<ChangeLineOptions, 'isLatest'>,
): readonly ChangeLine[] {
  const seen = new Set<string>();
  return entries.map((entry) => {
    const id = `${entry.kind} ${entry.key}`;
    const isLatest = !seen.has(id) && isCurrent(entry, options.snapshot);
    seen.add(id);
    return changeLine(entry, { ...options, isLatest });
  });
}

function isCurrent({ kind, key, after }: AuditEntry, { flags, segments }: Snapshot): boolean {
  return (kind === 'flag' ? flags : segments).get(key)?.version === after?.version;
}

function undoOf(
  { action, kind, key, id }: AuditEntry,
  current: ItemRecord | undefined,
  { isLatest, deleteHref }: ChangeLineOptions,
): Undo | undefined {
  const version = current?.version ?? 'absent';
  switch (action) {
    case 'create':
      return kind === 'flag' && current !== undefined
        ? { kind: 'link', label: 'Delete…', spoken: key, href: deleteHref(key) }
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
  release: 'by release',
  seed: 'at the start',
  import: 'by import',
  test: 'by test',
};

/** `first`, `first by API`, `DJ Toggle at the start`. */
function whoText({ id, via }: Author): string {
  const name = via === 'seed' ? 'DJ Toggle' : id === 'anonymous' ? 'Somebody' : id;
  return VIA[via] === '' ? name : `${name}, ${VIA[via]},`;
}
