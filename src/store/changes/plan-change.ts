import type { Flag, Segment } from '../../evaluation/model.ts';
import { canonicalJson, jsonCopy } from '../../shared/canonical-json.ts';
import { neededBy } from './needed-by.ts';
import { type EnvironmentState, type StoreState, environmentState, itemId, recordOf } from '../state.ts';
import type { Change, ChangeOutcome, EnvironmentRef, FlagRecord, ItemKind, ItemRecord } from '../store.ts';

/** One item that a change writes; where it stands in the feed and in the audit log is the journal's to say. */
export interface ItemWrite {
  readonly environment: EnvironmentRef;
  readonly kind: ItemKind;
  readonly key: string;
  readonly version: number;
  readonly before: ItemRecord | null;
  /** `null`: a tombstone. */
  readonly after: ItemRecord | null;
  readonly undoes?: number;
  /** The first write of another change in the same commit: each is undone by itself. Default: one change. */
  readonly startsOperation?: boolean;
}

/** What a change comes to: an answer without a write, or writes, the one that was asked for first. */
export type Plan =
  | { readonly answer: Exclude<ChangeOutcome, { readonly outcome: 'changed' }> }
  | { readonly writes: readonly [ItemWrite, ...ItemWrite[]] };

type Put = Extract<Change, { readonly definition: unknown }>;
type Delete = Exclude<Change, Put>;

const NOT_FOUND = { answer: { outcome: 'not-found' } } as const;

/**
 * The rules of every change, the same for every kind of store. Pure: the state in, the writes out.
 * @param at ISO 8601, UTC: when the change takes place
 */
export function planChange(state: StoreState, change: Change, at: string): Plan {
  const here = environmentState(state, change.environment);
  if (here === undefined) return NOT_FOUND;
  switch (change.type) {
    case 'put-flag':
    case 'put-segment':
      return planPut(state, here, change, at);
    case 'delete-flag':
    case 'delete-segment':
      return planDelete(state, here, change);
    default:
      return change satisfies never;
  }
}

function planPut(state: StoreState, here: EnvironmentState, change: Put, at: string): Plan {
  const kind = kindOf(change);
  const current = recordOf(here.snapshot, kind, change.key);
  if (!isExpected(change, current)) return conflict(current);
  const highest = highestVersion(here, kind, change.key);
  const version = change.restored?.version ?? highest + 1;
  const after = recordFrom(change, current, version, at);
  if (current !== undefined && sameContent(current, after)) {
    if (change.restored === undefined || sameHistory(current, after)) {
      return { answer: { outcome: 'unchanged', record: current } };
    }
  }
  if (version <= highest) return conflict(current);
  const write = written(change.environment, current, after);
  return { writes: current === undefined ? [write, ...planSiblings(state, change, after, at)] : [write] };
}

/**
 * A flag exists in every environment of its project: where it was not made by hand it is off, with nobody's rules.
 * Beside an imported flag its copies start at version 0, so that the import of their own environment still fits above.
 */
function planSiblings(state: StoreState, change: Put, record: ItemRecord, at: string): readonly ItemWrite[] {
  if (record.kind !== 'flag') return [];
  return siblings(state, change.environment)
    .filter(([, there]) => !there.snapshot.flags.has(record.key))
    .map(([environment, there]) => {
      const highest = highestVersion(there, 'flag', record.key);
      const version = change.restored !== undefined && highest === 0 ? 0 : highest + 1;
      return written(environment, undefined, offCopy(record, version, at));
    });
}

/** The flag as another environment starts with it: off, the same variations, default rule and off variation; no targets, rules or prerequisites. */
export function offCopy(record: FlagRecord, version: number, at: string): FlagRecord {
  const { targets: _t, contextTargets: _c, rules: _r, prerequisites: _p, ...definition } = record.definition;
  return {
    ...record,
    version,
    createdAt: at,
    updatedAt: at,
    definition: { ...definition, version, on: false },
  };
}

function planDelete(state: StoreState, here: EnvironmentState, change: Delete): Plan {
  const kind = kindOf(change);
  const current = recordOf(here.snapshot, kind, change.key);
  if (current === undefined) return NOT_FOUND;
  if (!isExpected(change, current)) return conflict(current);
  const everywhere: readonly (readonly [EnvironmentRef, EnvironmentState])[] = [
    [change.environment, here],
    ...(kind === 'flag' ? siblings(state, change.environment) : []),
  ];
  const by = new Set(everywhere.flatMap(([, { snapshot }]) => neededBy(snapshot, kind, change.key)));
  if (by.size > 0) return { answer: { outcome: 'in-use', by: [...by].toSorted() } };
  const [first, ...others] = everywhere.flatMap(([environment, { snapshot }]) => {
    const record = recordOf(snapshot, kind, change.key);
    return record === undefined ? [] : [buried(environment, record)];
  });
  return first === undefined ? NOT_FOUND : { writes: [first, ...others] };
}

/** The other environments of the project. */
export function siblings(
  state: StoreState,
  { project, environment }: EnvironmentRef,
): readonly (readonly [EnvironmentRef, EnvironmentState])[] {
  return [...(state.projects.get(project)?.environments ?? [])]
    .filter(([key]) => key !== environment)
    .map(([key, there]) => [{ project, environment: key }, there]);
}

const kindOf = (change: Change): ItemKind =>
  change.type === 'put-flag' || change.type === 'delete-flag' ? 'flag' : 'segment';

function isExpected({ expectedVersion }: Change, current: ItemRecord | undefined): boolean {
  if (expectedVersion === undefined) return true;
  return expectedVersion === 'absent' ? current === undefined : current?.version === expectedVersion;
}

const conflict = (current: ItemRecord | undefined): Plan => ({
  answer: { outcome: 'conflict', currentVersion: current?.version ?? null },
});

/** Of everything this key has been here, tombstones included; 0 when it never was. */
export const highestVersion = (here: EnvironmentState, kind: ItemKind, key: string): number =>
  here.changes.get(itemId(kind, key))?.version ?? 0;

function recordFrom(change: Put, current: ItemRecord | undefined, version: number, at: string): ItemRecord {
  const rest = {
    key: change.key,
    version,
    description: change.description === undefined ? (current?.description ?? null) : change.description,
    tags: [...(change.tags ?? current?.tags ?? [])],
    createdAt: change.restored?.createdAt ?? current?.createdAt ?? at,
    updatedAt: change.restored?.updatedAt ?? at,
  };
  return change.type === 'put-flag'
    ? { kind: 'flag', ...rest, definition: owned(change.definition, change.key, version) }
    : { kind: 'segment', ...rest, definition: owned(change.definition, change.key, version) };
}

/** Key and version are the store's; `deleted` is said by there being no record. */
function owned<T extends Flag | Segment>(definition: T, key: string, version: number): T {
  const copy = jsonCopy(definition);
  Reflect.deleteProperty(copy, 'deleted');
  return { ...copy, key, version };
}

const written = (
  environment: EnvironmentRef,
  before: ItemRecord | undefined,
  after: ItemRecord,
): ItemWrite => {
  const { kind, key, version } = after;
  return { environment, kind, key, version, before: before ?? null, after };
};

const buried = (environment: EnvironmentRef, before: ItemRecord): ItemWrite => {
  const { kind, key, version } = before;
  return { environment, kind, key, version: version + 1, before, after: null };
};

/** What a person wrote of a flag or segment. */
export interface ItemContent {
  readonly description: string | null;
  readonly tags: readonly string[];
  readonly definition: object;
}

/** Equal but for versions and times; the order of names does not count. */
export const sameContent = (a: ItemContent, b: ItemContent): boolean =>
  a.description === b.description &&
  canonicalJson([a.tags, { ...a.definition, version: 0 }]) ===
    canonicalJson([b.tags, { ...b.definition, version: 0 }]);

const sameHistory = (a: ItemRecord, b: ItemRecord): boolean =>
  a.version === b.version && a.createdAt === b.createdAt && a.updatedAt === b.updatedAt;
