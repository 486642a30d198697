import { EMPTY_HEAD, verifyAuditChain } from '../../src/store/audit/audit-chain.ts';
import { auditLimit } from '../../src/store/audit/audit-limit.ts';
import type { Commit } from '../../src/store/changes/build-commit.ts';
import { type StoreOptions, type TransactionalStore, createStore } from '../../src/store/create-store.ts';
import type { Journal } from '../../src/store/journal.ts';
import { type ItemRow, type Rows, itemId } from '../../src/store/state.ts';

/** A journal as small as it can be; gone with the process. */
export function createMemoryJournal(): Journal<undefined> {
  let head = EMPTY_HEAD;
  let commits: readonly Commit[] = [];
  const entries = () => commits.flatMap((commit) => commit.entries);
  const load = (since: number): Rows => {
    const items = new Map<string, ItemRow>();
    for (const row of commits.flatMap((commit) => commit.items)) {
      items.set(JSON.stringify([row.environment, itemId(row.kind, row.key)]), row);
    }
    const isNewer = ({ position }: { readonly position: number }): boolean => position > since;
    return {
      projects: commits.flatMap(({ projects }) => projects).filter(isNewer),
      environments: commits.flatMap(({ environments }) => environments).filter(isNewer),
      items: [...items.values()].filter(isNewer).toSorted((a, b) => a.position - b.position),
    };
  };
  return {
    name: 'memory',
    recoversWithReads: false,
    position: async () => head.position,
    load: async (since) => load(since),
    commit: async (since, work) => {
      const written: Commit[] = [];
      const result = await work({
        head,
        missed: load(since),
        db: undefined,
        operation: async (auditId) => {
          const operation = entries().find(({ id }) => id === auditId)?.operation;
          return entries().filter((entry) => entry.operation === operation);
        },
        write: async (commit) => void written.push(commit),
      });
      commits = [...commits, ...written];
      head = written.at(-1)?.head ?? head;
      return result;
    },
    audit: async ({ environment, kind, key, before = Number.POSITIVE_INFINITY, limit }) =>
      entries()
        .filter(
          (entry) =>
            entry.id < before &&
            (kind === undefined || entry.kind === kind) &&
            (key === undefined || entry.key === key) &&
            (environment === undefined ||
              (entry.environment.project === environment.project &&
                entry.environment.environment === environment.environment)),
        )
        .toReversed()
        .slice(0, auditLimit(limit === undefined ? {} : { limit })),
    verifyAudit: () =>
      verifyAuditChain(
        entries(),
        head,
        load(0).items.map(({ environment, kind, key, record, auditId }) => ({
          ...environment,
          kind,
          key,
          record,
          auditId,
        })),
      ),
  };
}

export const createMemoryStore = (
  options: Omit<StoreOptions<undefined>, 'journal'>,
): Promise<TransactionalStore<undefined>> => createStore({ journal: createMemoryJournal(), ...options });
