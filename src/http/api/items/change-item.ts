import type { Author, Change, ChangeOutcome, ItemRecord, Store } from '../../../store/store.ts';
import { Problem } from '../../problems/problem.ts';
import { requireVersion } from './version-match.ts';

export type Writer = Pick<Store, 'snapshot' | 'change'>;

/** How often a change without If-Match is made again on what somebody else has just written. */
const MAX_TRIES = 20;

export interface Written<Extra> {
  readonly record: ItemRecord;
  readonly extra: Extra;
}

/**
 * Reads, changes and writes back as one step: when somebody else writes in between, it is done again on what they wrote,
 * so that a change of one field never takes back another's change of another field.
 * @param draft The change on the record that is there now; throws Problems.
 * @throws Problem 412 `version_mismatch` when the client named a version and it is not there any more
 */
export async function changeItem<Extra>(
  store: Pick<Store, 'change'>,
  author: Author,
  wanted: number | '*' | undefined,
  draft: () => { readonly current: number | null; readonly change: Change; readonly extra: Extra },
): Promise<Written<Extra>> {
  for (let attempt = 1; ; attempt += 1) {
    const { current, change, extra } = draft();
    requireVersion(wanted, current);
    const outcome = await store.change(author, { ...change, expectedVersion: current ?? 'absent' });
    switch (outcome.outcome) {
      case 'changed':
      case 'unchanged':
        if (outcome.record === null) throw new Error(`writing ${change.key} answered with no record`);
        return { record: outcome.record, extra };
      case 'conflict':
        if (typeof wanted === 'number') requireVersion(wanted, outcome.currentVersion);
        if (attempt === MAX_TRIES) throw tooBusy(change.key);
        break;
      case 'not-found':
      case 'in-use':
        throw refusal(outcome, change.key);
      default:
        return outcome satisfies never;
    }
  }
}

/** A body may repeat the name of its path, as a client that reads, changes and writes back does. */
export function requireSameName(inPath: string, inBody: string | undefined, pointer: string): void {
  if (inBody === undefined || inBody === inPath) return;
  const detail = `The name is "${inPath}" and stays so; a rename is a new one.`;
  throw new Problem(422, 'invalid_value', `${pointer}: ${detail}`, {
    errors: [{ pointer, code: 'invalid_value', detail }],
  });
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

/** What a change that did not happen is called at this door. */
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

const tooBusy = (key: string): Problem =>
  new Problem(503, 'store_unavailable', `"${key}" is being changed by others all the time; try again.`, {
    headers: { 'retry-after': '1' },
  });
