import type {
  Author,
  Change,
  ChangeOutcome,
  ItemKind,
  ItemRef,
  RecordByKind,
  Snapshot,
  Store,
} from '../../../store/store.ts';
import type { Draft } from '../../../store/update.ts';
import { invalidField, Problem } from '../../problems/problem.ts';
import { missingEnvironment } from './environment-query.ts';
import { requireVersion } from './version-match.ts';

export type Writer = Pick<Store, 'snapshot' | 'change' | 'update'>;

/**
 * `store.update` with the API's problems.
 * @param wanted The version in If-Match.
 * @param edit The draft of the record that is there now; throws Problems.
 * @throws Problem 404 when the environment is not there, 412 `version_mismatch`
 */
export async function writeItem<Kind extends ItemKind, D extends Draft<Kind>>(
  store: Writer,
  author: Author,
  ref: ItemRef<Kind>,
  wanted: number | '*' | undefined,
  edit: (current: RecordByKind[Kind] | undefined, snapshot: Snapshot) => D,
): Promise<{ readonly record: RecordByKind[Kind]; readonly draft: D }> {
  const outcome = await store.update<Kind, D>(author, ref, (current, snapshot) => {
    const draft = edit(current, snapshot);
    requireVersion(wanted, current?.version ?? null);
    return { outcome: 'edited', draft };
  });
  switch (outcome.outcome) {
    case 'changed':
    case 'unchanged':
      return outcome;
    case 'not-found':
      throw missingEnvironment(ref.environment);
    case 'conflict':
      throw new Error(`an update without an expected version of ${ref.key} ended in a conflict`);
    case 'refused':
      return outcome.refusal;
    default:
      return outcome satisfies never;
  }
}

/** A body may repeat the name of its path, as a client that reads, changes and writes back does. */
export function requireSameName(inPath: string, inBody: string | undefined, pointer: string): void {
  if (inBody === undefined || inBody === inPath) return;
  const detail = `The name is "${inPath}" and stays so; a rename is a new one.`;
  throw invalidField(pointer, 'invalid_value', detail);
}

/** Deletes what is there, or refuses as the outcome says. */
export async function deleteItem(
  store: Pick<Store, 'change'>,
  author: Author,
  wanted: number | '*' | undefined,
  current: number,
  change: Extract<Change, { readonly type: 'delete-flag' | 'delete-segment' }>,
): Promise<void> {
  requireVersion(wanted, current);
  const outcome = await store.change(
    author,
    typeof wanted === 'number' ? { ...change, expectedVersion: wanted } : change,
  );
  if (outcome.outcome === 'conflict') requireVersion(wanted, outcome.currentVersion);
  if (outcome.outcome !== 'changed') throw refusal(outcome, change.key);
}

/** The problem for a change that did not happen. */
export function refusal(
  outcome: Exclude<ChangeOutcome, { readonly outcome: 'changed' }>,
  key: string,
): Problem {
  switch (outcome.outcome) {
    case 'conflict':
    case 'unchanged':
      return new Problem(409, 'conflict', `"${key}" is already there.`);
    case 'not-found':
      return new Problem(404, 'not_found', `There is no "${key}" here.`);
    case 'in-use':
      return new Problem(409, 'in_use', `"${key}" is needed by ${listed(outcome.by)}; change those first.`);
    default:
      return outcome satisfies never;
  }
}

const listed = (keys: readonly string[]): string =>
  keys.length <= 10 ? keys.join(', ') : `${keys.slice(0, 10).join(', ')} and ${keys.length - 10} more`;
