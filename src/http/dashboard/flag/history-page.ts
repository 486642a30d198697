import type { AuditEntry, FlagRecord, ItemRecord } from '../../../store/store.ts';
import { queryOf } from '../../input/parse.ts';
import { changeLines, type ChangeLine } from '../audit/change-line.ts';
import type { ChangeLists } from '../audit/change-list.ts';
import { differences, definitionJson } from '../audit/change-details.ts';
import type { Visit } from '../dashboard-scope.ts';
import type { Link } from '../dashboard-views.ts';
import { flagTabs } from './flag-tabs.ts';

const MAX_VERSIONS = 100;

/** Any two versions of a flag side by side. */
export interface HistoryPage {
  readonly key: string;
  readonly tabs: readonly Link[];
  readonly action: string;
  readonly hidden: readonly { readonly name: string; readonly value: string }[];
  /** Newest first. */
  readonly versions: readonly { readonly version: number; readonly line: ChangeLine }[];
  readonly from: number | undefined;
  readonly to: number | undefined;
  readonly sentences: readonly string[];
  readonly before: string | undefined;
  readonly after: string | undefined;
  readonly undoAction: string;
  /** False while the database cannot be read. */
  readonly reachable: boolean;
}

export async function historyPage(
  visit: Visit,
  { key, version }: FlagRecord,
  changeLists: ChangeLists,
): Promise<HistoryPage> {
  const { scope, req } = visit;
  const { environment } = scope;
  const entries = await changeLists.entries({ environment, kind: 'flag', key, limit: MAX_VERSIONS });
  const versions = versionsIn(entries ?? []);
  const { from, to } = queryOf(req);
  const after = find(versions, to) ?? versions.get(version);
  const before = find(versions, from) ?? previous(versions, after?.version ?? version);
  const lines = changeLines(entries ?? [], changeLists.lineOptions(visit));
  return {
    key,
    tabs: flagTabs(scope, key, 'history'),
    action: scope.flagHref(key, '/history'),
    hidden: scope.hiddenFields,
    versions: (entries ?? []).flatMap(({ after: made }, index) => {
      const line = lines[index];
      return made === null || line === undefined ? [] : [{ version: made.version, line }];
    }),
    from: before?.version,
    to: after?.version,
    sentences: differences(before ?? null, after ?? null),
    before: before && definitionJson(before),
    after: after && definitionJson(after),
    undoAction: scope.href('/undo'),
    reachable: entries !== undefined,
  };
}

/** What each version was, as far back as the log is read. */
function versionsIn(entries: readonly AuditEntry[]): ReadonlyMap<number, ItemRecord> {
  const versions = new Map<number, ItemRecord>();
  for (const { before, after } of entries)
    for (const record of [after, before]) if (record !== null) versions.set(record.version, record);
  return versions;
}

const find = (versions: ReadonlyMap<number, ItemRecord>, text: string | undefined): ItemRecord | undefined =>
  text === undefined ? undefined : versions.get(Number(text));

const previous = (versions: ReadonlyMap<number, ItemRecord>, version: number): ItemRecord | undefined =>
  versions.get(Math.max(...[...versions.keys()].filter((other) => other < version)));
