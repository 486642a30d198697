import { createHash } from 'node:crypto';
import type { Change, ItemRecord, Store } from '../../../store/store.ts';
import { differences } from '../audit/change-details.ts';
import { type DashboardScope, environmentQuery } from '../dashboard-scope.ts';
import type { ImportPreview, PreviewedItem } from './transfer.ts';

const MAX_SHOWN = 100;

/** What importing a file would do, item by item, before it is done. */
export interface ImportPage {
  readonly fileName: string;
  /** Of the file, which is kept until it is imported. */
  readonly id: string;
  /** Of what is shown: an import that would do something else by now is shown once more. */
  readonly digest: string;
  readonly action: string;
  readonly transferHref: string;
  readonly exportHref: string;
  readonly news: readonly string[];
  readonly groups: readonly ImportGroup[];
  readonly conflicts: ImportGroup;
  readonly unchanged: number;
  readonly isEmpty: boolean;
  readonly warnings: ImportPreview['warnings'];
}

export interface ImportGroup {
  readonly title: string;
  readonly items: readonly {
    readonly key: string;
    readonly environment: string;
    readonly kind: string;
    readonly sentences: readonly string[];
  }[];
  /** Items beyond those shown. */
  readonly more: number;
}

export function importPage(
  store: Pick<Store, 'snapshot'>,
  scope: DashboardScope,
  preview: ImportPreview,
  { id, name }: { readonly id: string; readonly name: string },
): ImportPage {
  const { projects, environments, items, warnings } = preview;
  const of = (action: PreviewedItem['action']) => items.filter((item) => item.action === action);
  const group = (title: string, among: readonly PreviewedItem[]): ImportGroup => ({
    title,
    items: among.slice(0, MAX_SHOWN).map((item) => ({
      key: item.key,
      environment: environmentText(item),
      kind: item.kind,
      sentences: whatChanges(recordOf(store, item), item.change),
    })),
    more: Math.max(0, among.length - MAX_SHOWN),
  });
  const [created, updated, conflicts] = [of('create'), of('update'), of('conflict')];
  return {
    fileName: name,
    id,
    digest: digestOf(store, preview),
    action: scope.href('/transfer/import'),
    transferHref: scope.href('/transfer'),
    exportHref: scope.href('/transfer/export', { of: 'everything' }),
    news: [
      ...projects.map((project) => `The project ${project} is new.`),
      ...environments.map(({ project, environment }) => `The environment ${project}/${environment} is new.`),
    ],
    groups: [
      group(`${counted(created)} created`, created),
      group(`${counted(updated)} replaced by a newer version`, updated),
    ].filter(({ items: shown }) => shown.length > 0),
    conflicts: group(`${counted(conflicts)} as new or newer here, and different`, conflicts),
    unchanged: of('unchanged').length,
    isEmpty: [projects, environments, created, updated, conflicts].every(({ length }) => length === 0),
    warnings,
  };
}

/** Changes with what an import would do, and with the versions that it would replace. */
export function digestOf(store: Pick<Store, 'snapshot'>, preview: ImportPreview): string {
  const { projects, environments, items } = preview;
  const lines = items.map((item) => [
    item.action,
    item.kind,
    environmentText(item),
    item.key,
    recordOf(store, item)?.version,
  ]);
  return createHash('sha256')
    .update(JSON.stringify([projects, environments, lines]))
    .digest('base64url');
}

function recordOf(
  store: Pick<Store, 'snapshot'>,
  { environment, kind, key }: PreviewedItem,
): ItemRecord | undefined {
  const snapshot = store.snapshot(environment);
  return kind === 'flag' ? snapshot?.flags.get(key) : snapshot?.segments.get(key);
}

function whatChanges(current: ItemRecord | undefined, change: Change | undefined): readonly string[] {
  if (current === undefined) return [];
  const after = changed(current, change);
  const sentences = after === undefined ? [] : differences(current, after);
  return sentences.length > 0 ? sentences : ['Only parts differ that change nothing for listeners.'];
}

function changed(current: ItemRecord, change: Change | undefined): ItemRecord | undefined {
  if (change === undefined || !('definition' in change)) return undefined;
  const { description = current.description, tags = current.tags } = change;
  if (current.kind === 'flag' && change.type === 'put-flag')
    return { ...current, definition: change.definition, description, tags };
  return current.kind === 'segment' && change.type === 'put-segment'
    ? { ...current, definition: change.definition, description, tags }
    : undefined;
}

/** `default/staging`; empty for the default environment. */
const environmentText = ({ environment }: PreviewedItem): string =>
  environmentQuery(environment).size === 0 ? '' : `${environment.project}/${environment.environment}`;

function counted(items: readonly PreviewedItem[]): string {
  const words = (['flag', 'segment'] as const).flatMap((kind) => {
    const count = items.filter((item) => item.kind === kind).length;
    return count === 0 ? [] : [`${count.toLocaleString('en')} ${kind}${count === 1 ? '' : 's'}`];
  });
  return words.join(' and ');
}
