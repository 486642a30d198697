import { jsonCopy } from '../shared/canonical-json.ts';
import { type Head, auditHash } from './audit-chain.ts';
import type { ItemWrite } from './plan.ts';
import {
  type EnvironmentRow,
  type ItemRow,
  type ProjectRow,
  type Rows,
  type StoreState,
  environmentState,
} from './state.ts';
import type { AuditEntry, Author, ChangeOutcome } from './store.ts';

/** Everything that one change writes, each row in its place in the feed and the chain; all of it or nothing is kept. */
export interface Step extends Rows {
  readonly entries: readonly AuditEntry[];
  readonly head: Head;
}

/** What is to be made besides items, in this order: projects, environments, items. */
export interface Intent {
  readonly projects?: readonly Omit<ProjectRow, 'position'>[];
  readonly environments?: readonly Omit<EnvironmentRow, 'position'>[];
  readonly writes?: readonly ItemWrite[];
}

/** Pure. @param at ISO 8601, UTC */
export function journal(state: StoreState, head: Head, intent: Intent, author: Author, at: string): Step {
  let { position, auditHash: hash, auditId } = head;
  const operation = auditId + 1;
  const next = (): number => (position += 1);
  const projects = (intent.projects ?? []).map(({ key, name }) => ({ key, name, position: next() }));
  const environments = (intent.environments ?? []).map(({ project, key, name }) => {
    return { project, key, name, position: next() };
  });
  const sequences = new Map<string, number>();
  const items: ItemRow[] = [];
  const entries: AuditEntry[] = [];
  for (const { environment, kind, key, version, before, after, undoes } of intent.writes ?? []) {
    const place = JSON.stringify([environment.project, environment.environment]);
    const reached = sequences.get(place) ?? environmentState(state, environment)?.snapshot.sequence ?? 0;
    const sequence = reached + 1;
    sequences.set(place, sequence);
    auditId += 1;
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
    items.push({ environment, kind, key, version, sequence, position: next(), auditId, record: after });
  }
  return { projects, environments, items, entries, head: { position, auditId, auditHash: hash } };
}

/** The outcome of the change that made this step: its first item is the one that was asked for. */
export function outcomeOf({ items, entries }: Step): ChangeOutcome {
  const [item] = items;
  const [entry] = entries;
  if (item === undefined || entry === undefined) throw new Error('a step of a change has an item');
  const { record, version, sequence } = item;
  return { outcome: 'changed', record, version, sequence, auditId: entry.id };
}
