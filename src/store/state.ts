import { createEvaluator } from '../evaluation/create-evaluator.ts';
import { PatchedMap } from '../evaluation/patched-map.ts';
import type {
  EnvironmentRef,
  FeedEvent,
  FlagRecord,
  ItemChange,
  ItemKind,
  ItemRecord,
  Project,
  SegmentRecord,
  Snapshot,
} from './store.ts';

/**
 * Everything a store knows, in memory and immutable: each step makes the next state, and what a step does not touch is
 * shared with the one before. Every kind of store reads from one of these; they differ in where the rows come from.
 */
export interface StoreState {
  /** How far the rows have been read; rises with every row. */
  readonly position: number;
  readonly projects: ReadonlyMap<string, ProjectState>;
}

export interface ProjectState {
  readonly name: string;
  readonly environments: ReadonlyMap<string, EnvironmentState>;
}

export interface EnvironmentState {
  readonly name: string;
  readonly snapshot: StateSnapshot;
  /** The last change of every item there ever was, tombstones included; by `itemId`. */
  readonly changes: PatchedMap<string, ItemChange>;
}

interface StateSnapshot extends Snapshot {
  readonly flags: PatchedMap<string, FlagRecord>;
  readonly segments: PatchedMap<string, SegmentRecord>;
}

export interface ProjectRow {
  readonly key: string;
  readonly name: string;
  readonly position: number;
}

export interface EnvironmentRow {
  readonly project: string;
  readonly key: string;
  readonly name: string;
  readonly position: number;
}

export interface ItemRow {
  readonly environment: EnvironmentRef;
  readonly kind: ItemKind;
  readonly key: string;
  readonly version: number;
  readonly sequence: number;
  readonly position: number;
  readonly auditId: number;
  /** `null`: a tombstone. */
  readonly record: ItemRecord | null;
}

/** All rows past some position; of an item that changed more than once only the last. */
export interface Rows {
  readonly projects: readonly ProjectRow[];
  readonly environments: readonly EnvironmentRow[];
  readonly items: readonly ItemRow[];
}

export const EMPTY_STATE: StoreState = { position: 0, projects: new Map() };

export const itemId = (kind: ItemKind, key: string): string => `${kind}/${key}`;

export function environmentState(
  state: StoreState,
  { project, environment }: EnvironmentRef,
): EnvironmentState | undefined {
  return state.projects.get(project)?.environments.get(environment);
}

export function recordOf(snapshot: Snapshot, kind: ItemKind, key: string): ItemRecord | undefined {
  return (kind === 'flag' ? snapshot.flags : snapshot.segments).get(key);
}

export function projectList(state: StoreState): readonly Project[] {
  return [...state.projects].map(([key, project]) => ({
    key,
    name: project.name,
    environments: [...project.environments].map(([environment, { name }]) => ({ key: environment, name })),
  }));
}

/** Every change after a sequence, oldest first; undefined when the environment has not come that far, or is not there. */
export function changesSince(
  state: StoreState,
  environment: EnvironmentRef,
  sequence: number,
): readonly ItemChange[] | undefined {
  const found = environmentState(state, environment);
  if (found === undefined || sequence < 0 || sequence > found.snapshot.sequence) return undefined;
  return [...found.changes.values()]
    .filter((change) => change.sequence > sequence)
    .toSorted((a, b) => a.sequence - b.sequence);
}

export interface Advance {
  readonly state: StoreState;
  /** What subscribers are to hear. */
  readonly events: readonly FeedEvent[];
}

/** The state after some rows. Rows that it already has are passed over. */
export function advance(state: StoreState, rows: Rows): Advance {
  const isNew = ({ position }: { readonly position: number }): boolean => position > state.position;
  const projects = new Map(state.projects);
  let position = state.position;
  for (const row of rows.projects.filter(isNew)) {
    projects.set(row.key, { name: row.name, environments: projects.get(row.key)?.environments ?? new Map() });
    position = Math.max(position, row.position);
  }
  for (const row of rows.environments.filter(isNew)) {
    const project = projects.get(row.project);
    if (project === undefined) throw new Error(`environment ${row.key} belongs to no project`);
    const known = project.environments.get(row.key);
    projects.set(row.project, {
      ...project,
      environments: new Map(project.environments).set(row.key, {
        ...(known ?? emptyEnvironment({ project: row.project, environment: row.key })),
        name: row.name,
      }),
    });
    position = Math.max(position, row.position);
  }

  const events: FeedEvent[] = [];
  const items = rows.items.filter(isNew).toSorted((a, b) => a.position - b.position);
  for (const [, group] of Map.groupBy(items, ({ environment }) =>
    JSON.stringify([environment.project, environment.environment]),
  )) {
    const [first] = group;
    const project = first && projects.get(first.environment.project);
    const previous = first && project?.environments.get(first.environment.environment);
    if (first === undefined || project === undefined || previous === undefined) {
      throw new Error('an item belongs to no environment');
    }
    const next = withItems(previous, group);
    projects.set(first.environment.project, {
      ...project,
      environments: new Map(project.environments).set(first.environment.environment, next),
    });
    events.push({
      environment: next.snapshot.environment,
      previous: previous.snapshot,
      snapshot: next.snapshot,
      changes: group.map(changeOf),
    });
    position = Math.max(position, group.at(-1)?.position ?? 0);
  }
  return { state: { position, projects }, events };
}

const emptyEnvironment = (environment: EnvironmentRef): EnvironmentState => ({
  name: environment.environment,
  snapshot: {
    environment,
    sequence: 0,
    flags: PatchedMap.from(),
    segments: PatchedMap.from(),
    evaluator: createEvaluator({ flags: {}, segments: {} }),
  },
  changes: PatchedMap.from(),
});

const changeOf = ({ kind, key, version, sequence, record }: ItemRow): ItemChange => ({
  kind,
  key,
  version,
  sequence,
  deleted: record === null,
});

function withItems(
  { name, snapshot, changes }: EnvironmentState,
  rows: readonly ItemRow[],
): EnvironmentState {
  const flags = rows
    .filter(({ kind }) => kind === 'flag')
    .map(({ key, record }) => [key, record?.kind === 'flag' ? record : undefined] as const);
  const segments = rows
    .filter(({ kind }) => kind === 'segment')
    .map(({ key, record }) => [key, record?.kind === 'segment' ? record : undefined] as const);
  return {
    name,
    changes: changes.with(rows.map((row) => [itemId(row.kind, row.key), changeOf(row)])),
    snapshot: {
      environment: snapshot.environment,
      sequence: rows.at(-1)?.sequence ?? snapshot.sequence,
      flags: snapshot.flags.with(flags),
      segments: snapshot.segments.with(segments),
      evaluator: snapshot.evaluator.with({
        flags: Object.fromEntries(flags.map(([key, record]) => [key, record?.definition ?? null])),
        segments: Object.fromEntries(segments.map(([key, record]) => [key, record?.definition ?? null])),
      }),
    },
  };
}
