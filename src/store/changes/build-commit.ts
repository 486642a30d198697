import { jsonCopy } from '../../shared/canonical-json.ts';
import { type Head, auditHash } from '../audit/audit-chain.ts';
import type { ItemWrite } from './plan-change.ts';
import {
  type EnvironmentRow,
  type ItemRow,
  type ProjectRow,
  type Rows,
  type StoreState,
  environmentState,
} from '../state.ts';
import type { AuditEntry, Author, ChangeOutcome } from '../store.ts';

interface Made {
  /** ISO 8601, UTC. */
  readonly createdAt: string;
  readonly createdBy: string;
  readonly author: Author;
}

/** Everything that changes write, each row in its place in the feed and the chain; all of it or nothing is kept. */
export interface Commit extends Rows {
  readonly projects: readonly (ProjectRow & Made)[];
  readonly environments: readonly (EnvironmentRow & Made)[];
  readonly entries: readonly AuditEntry[];
  readonly head: Head;
}

/** What is to be made, in this order: projects, environments, items. */
export interface PendingWrites {
  readonly projects?: readonly Omit<ProjectRow, 'position'>[];
  readonly environments?: readonly Omit<EnvironmentRow, 'position'>[];
  readonly writes?: readonly ItemWrite[];
}

/** Pure. @param at ISO 8601, UTC */
export function buildCommit(
  state: StoreState,
  head: Head,
  pending: PendingWrites,
  author: Author,
  at: string,
): Commit {
  let { position, auditHash: hash, auditId } = head;
  let operation = auditId + 1;
  const made = { createdAt: at, createdBy: author.id, author };
  const placed = <Row>(row: Row): Row & Made & { readonly position: number } => {
    position += 1;
    return { ...row, ...made, position };
  };
  const projects = (pending.projects ?? []).map(placed);
  const environments = (pending.environments ?? []).map(placed);
  const sequences = new Map<string, number>();
  const items: ItemRow[] = [];
  const entries: AuditEntry[] = [];
  for (const write of pending.writes ?? []) {
    const { environment, kind, key, version, before, after, undoes } = write;
    const environmentId = JSON.stringify([environment.project, environment.environment]);
    const reached =
      sequences.get(environmentId) ?? environmentState(state, environment)?.snapshot.sequence ?? 0;
    const sequence = reached + 1;
    sequences.set(environmentId, sequence);
    auditId += 1;
    if (write.startsOperation === true) operation = auditId;
    const action = before === null ? 'create' : after === null ? 'delete' : 'update';
    const unsealed: AuditEntry = {
      id: auditId,
      at,
      author: jsonCopy(author),
      environment,
      kind,
      key,
      action,
      before,
      after,
      sequence,
      operation,
      undoes: undoes ?? null,
      hash: '',
    };
    hash = auditHash(hash, unsealed);
    entries.push({ ...unsealed, hash });
    position += 1;
    items.push({ environment, kind, key, version, sequence, position, auditId, record: after });
  }
  return { projects, environments, items, entries, head: { position, auditId, auditHash: hash } };
}

/** Several commits, each built on the one before it, as one: of an item that changed more than once the last row. */
export function mergedCommit(commits: readonly [Commit, ...Commit[]]): Commit {
  if (commits.length === 1) return commits[0];
  const items = new Map<string, ItemRow>();
  for (const row of commits.flatMap((commit) => commit.items)) {
    items.set(JSON.stringify([row.environment.project, row.environment.environment, row.kind, row.key]), row);
  }
  return {
    projects: commits.flatMap(({ projects }) => projects),
    environments: commits.flatMap(({ environments }) => environments),
    items: [...items.values()].toSorted((a, b) => a.position - b.position),
    entries: commits.flatMap(({ entries }) => entries),
    head: commits.at(-1)?.head ?? commits[0].head,
  };
}

/** The outcome of the change that made this commit: its first item is the one that was asked for. */
export function outcomeOf({ items, entries }: Commit): ChangeOutcome {
  const [item] = items;
  const [entry] = entries;
  if (item === undefined || entry === undefined) throw new Error('a commit of a change has an item');
  const { record, version, sequence } = item;
  return { outcome: 'changed', record, version, sequence, auditId: entry.id };
}
