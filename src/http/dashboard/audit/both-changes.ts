import type { EnvironmentRef, ItemRecord } from '../../../store/store.ts';
import { differences } from './change-details.ts';
import type { ChangeLists } from './change-list.ts';

/** What two operators did to the same version: what is saved already, and what is not. */
export interface BothChanges {
  readonly theirs: readonly string[];
  readonly yours: readonly string[];
}

/** Among so many changes the version that a draft was drawn from is looked for. */
const LOOK_BACK = 50;

/** The item as it was in an older version; undefined when that is too long ago, or the log cannot be read. */
export async function itemAt<Item extends ItemRecord>(
  changeLists: Pick<ChangeLists, 'entries'>,
  environment: EnvironmentRef,
  { kind, key }: Item,
  version: number,
): Promise<Item | undefined> {
  const entries = await changeLists.entries({ environment, kind, key, limit: LOOK_BACK });
  const found = entries?.map(({ after }) => after).find((after) => after?.version === version);
  const isSameKind = (item: ItemRecord | null | undefined): item is Item => item?.kind === kind;
  return isSameKind(found) ? found : undefined;
}

/** @param mine what the draft makes of the older version; undefined when it makes nothing of it */
export function bothChanges<Item extends ItemRecord>(
  old: Item | undefined,
  current: Item,
  mine: Item | undefined,
): BothChanges {
  if (old === undefined) return { theirs: [], yours: [] };
  return {
    theirs: differences(old, current),
    yours: mine === undefined ? [] : differences(old, mine),
  };
}
