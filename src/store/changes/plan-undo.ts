import {
  type ItemWrite,
  type Plan,
  highestVersion,
  planChange,
  sameContent,
  siblings,
} from './plan-change.ts';
import { type StoreState, environmentState, recordOf } from '../state.ts';
import type { AuditEntry, EnvironmentRef, ItemRecord } from '../store.ts';

/**
 * Puts back what was before an entry of the audit log, whatever came after it. What one change did in several
 * environments of a project (a flag was made, or deleted) is undone in all of them.
 * @param operation every entry of the change that the entry belongs to, the entry itself among them
 * @param at ISO 8601, UTC
 */
export function planUndo(
  state: StoreState,
  auditId: number,
  operation: readonly AuditEntry[],
  at: string,
): Plan {
  const entry = operation.find(({ id }) => id === auditId);
  if (entry === undefined) return { answer: { outcome: 'not-found' } };
  const together = operation.filter(({ kind, key }) => kind === entry.kind && key === entry.key);
  const plan =
    entry.before === null
      ? planUnmake(state, entry, together, at)
      : planPutBack(state, entry, entry.before, together, at);
  if ('answer' in plan) return plan;
  const [first, ...others] = plan.writes.map((write) => ({ ...write, undoes: auditId }));
  return first === undefined ? plan : { writes: [first, ...others] };
}

function planUnmake(
  state: StoreState,
  { environment, kind, key }: AuditEntry,
  together: readonly AuditEntry[],
  at: string,
): Plan {
  if (kind === 'segment') return planChange(state, { type: 'delete-segment', environment, key }, at);
  // A flag that came here with a new environment: unmaking it would delete it in the environments it came from.
  const origins = siblings(state, environment).filter(
    ([there, { snapshot }]) =>
      snapshot.flags.has(key) && !together.some((one) => isSame(one.environment, there)),
  );
  return origins.length > 0
    ? { answer: { outcome: 'in-use', by: origins.map(([there]) => `${there.project}/${there.environment}`) } }
    : planChange(state, { type: 'delete-flag', environment, key }, at);
}

function planPutBack(
  state: StoreState,
  entry: AuditEntry,
  before: ItemRecord,
  together: readonly AuditEntry[],
  at: string,
): Plan {
  const here = environmentState(state, entry.environment);
  const current = here && recordOf(here.snapshot, entry.kind, entry.key);
  if (current !== undefined && sameContent(current, before)) {
    return { answer: { outcome: 'unchanged', record: current } };
  }
  const plan = planChange(state, putBack(state, entry.environment, before, at), at);
  if ('answer' in plan) return plan;
  const writes = new Map<string, ItemWrite>(
    plan.writes.map((write) => [write.environment.environment, write]),
  );
  for (const other of together) {
    if (other.id === entry.id || other.before === null) continue;
    const inPlace = planChange(state, putBack(state, other.environment, other.before, at), at);
    if ('writes' in inPlace) writes.set(other.environment.environment, inPlace.writes[0]);
  }
  const [first, ...others] = writes.values();
  return first === undefined ? plan : { writes: [first, ...others] };
}

function putBack(state: StoreState, environment: EnvironmentRef, before: ItemRecord, at: string) {
  const there = environmentState(state, environment);
  const { kind, key, description, tags, createdAt } = before;
  const version = 1 + (there === undefined ? 0 : highestVersion(there, kind, key));
  const rest = { environment, key, description, tags, restored: { version, createdAt, updatedAt: at } };
  return before.kind === 'flag'
    ? ({ type: 'put-flag', ...rest, definition: before.definition } as const)
    : ({ type: 'put-segment', ...rest, definition: before.definition } as const);
}

const isSame = (a: EnvironmentRef, b: EnvironmentRef): boolean =>
  a.project === b.project && a.environment === b.environment;
