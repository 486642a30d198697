import { sameContent } from '../../../store/changes/plan-change.ts';
import type { Author, Change, EnvironmentRef, ItemRecord, Restored, Store } from '../../../store/store.ts';
import { Problem } from '../../problems/problem.ts';
import type { TransferFile, TransferredItem } from './transfer-file.ts';

/** What to do with an item that is here already, at the same or a higher version and with other content. */
export const ON_CONFLICT = ['refuse', 'skip', 'overwrite'] as const;
export type OnConflict = (typeof ON_CONFLICT)[number];

export interface PlannedItem {
  readonly action: 'create' | 'update' | 'unchanged' | 'skip';
  readonly kind: 'flag' | 'segment';
  readonly environment: EnvironmentRef;
  readonly key: string;
  /** Undefined when there is nothing to do. */
  readonly change?: Change;
}

export interface ImportPlan {
  readonly projects: readonly { readonly key: string; readonly name: string }[];
  readonly environments: readonly { readonly project: string; readonly key: string; readonly name: string }[];
  readonly items: readonly PlannedItem[];
}

/**
 * What an import would do to what is here now. Pure.
 * @throws Problem 409 `older_version` when something here is newer, and `onConflict` is `refuse`
 */
export function planImport(
  store: Pick<Store, 'projects' | 'snapshot'>,
  { projects }: TransferFile,
  onConflict: OnConflict,
): ImportPlan {
  const here = new Map(
    store.projects().map((project) => [project.key, new Set(project.environments.map(({ key }) => key))]),
  );
  const older: string[] = [];
  const items = projects.flatMap((project) =>
    project.environments.flatMap((each) => {
      const environment = { project: project.key, environment: each.key };
      const snapshot = store.snapshot(environment);
      const plan = (kind: 'flag' | 'segment', item: TransferredItem, current: ItemRecord | undefined) => {
        const planned = planItem(environment, kind, item, current, onConflict);
        if (planned === 'older') older.push(`${project.key}/${each.key}/${item.key}`);
        return planned === 'older' ? [] : [planned];
      };
      return [
        ...each.segments.flatMap((item) => plan('segment', item, snapshot?.segments.get(item.key))),
        ...each.flags.flatMap((item) => plan('flag', item, snapshot?.flags.get(item.key))),
      ];
    }),
  );
  if (older.length > 0) throw olderVersions(older);
  return {
    projects: projects.filter(({ key }) => !here.has(key)).map(({ key, name }) => ({ key, name })),
    environments: projects.flatMap((project) =>
      project.environments
        .filter(({ key }) => here.get(project.key)?.has(key) !== true)
        .map(({ key, name }) => ({ project: project.key, key, name })),
    ),
    items,
  };
}

/** Writes what was planned, in one transaction. */
export function carryOutImport(
  store: Pick<Store, 'importAll'>,
  author: Author,
  { projects, environments, items }: ImportPlan,
): Promise<void> {
  const changes = items.flatMap(({ change }) => (change === undefined ? [] : [change]));
  return store.importAll({ ...author, via: 'import' }, { projects, environments, changes });
}

function planItem(
  environment: EnvironmentRef,
  kind: 'flag' | 'segment',
  item: TransferredItem,
  current: ItemRecord | undefined,
  onConflict: OnConflict,
): PlannedItem | 'older' {
  const restored = { version: item.version, createdAt: item.created_at, updatedAt: item.updated_at };
  const planned = { kind, environment, key: item.key };
  if (current === undefined)
    return { action: 'create', ...planned, change: put(environment, kind, item, restored) };
  if (sameContent(item, current)) return { action: 'unchanged', ...planned };
  if (item.version > current.version) {
    return { action: 'update', ...planned, change: put(environment, kind, item, restored) };
  }
  switch (onConflict) {
    case 'refuse':
      return 'older';
    case 'skip':
      return { action: 'skip', ...planned };
    case 'overwrite':
      return { action: 'update', ...planned, change: put(environment, kind, item) };
    default:
      return onConflict satisfies never;
  }
}

function put(
  environment: EnvironmentRef,
  kind: 'flag' | 'segment',
  { key, definition, description, tags }: TransferredItem,
  restored?: Restored,
): Change {
  const rest = { environment, key, description, tags, ...(restored === undefined ? {} : { restored }) };
  return kind === 'flag' && 'variations' in definition
    ? { type: 'put-flag', definition, ...rest }
    : { type: 'put-segment', definition, ...rest };
}

function olderVersions(items: readonly string[]): Problem {
  const named = items.slice(0, 10).join(', ');
  const more = items.length > 10 ? ` and ${items.length - 10} more` : '';
  return new Problem(
    409,
    'older_version',
    `What is here is as new or newer, and different: ${named}${more}. Import with on_conflict=skip or overwrite.`,
  );
}
