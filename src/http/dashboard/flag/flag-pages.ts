import type { DashboardDeps } from '../dashboard-deps.ts';
import { mayChange } from '../dashboard-frame.ts';
import type { DashboardScope, Visit } from '../dashboard-scope.ts';
import { changeLine } from '../audit/change-line.ts';
import type { ChangeLists } from '../audit/change-list.ts';
import { flagsPage } from '../flags/flags-page.ts';
import type { EvaluationMeter } from '../meters/evaluation-meter.ts';
import type { PageHead, ShowPage } from '../show-page.ts';
import { momentOf } from '../text/moment.ts';
import { Problem } from '../../problems/problem.ts';
import type { FlagRecord } from '../../../store/store.ts';
import { flagCard, type FlagCards } from './flag-card.ts';

/** The two pages that forms lead back to. */
export interface FlagPages {
  flags(visit: Visit, head?: Omit<PageHead, 'title'>): Promise<void>;
  /** @throws Problem 404 when there is no such flag */
  flag(visit: Visit, key: string, head?: Omit<PageHead, 'title'>): Promise<void>;
}

export interface FlagPagesDeps extends Pick<DashboardDeps, 'now'> {
  readonly meter: EvaluationMeter;
  readonly changeLists: ChangeLists;
  readonly show: ShowPage;
}

export function createFlagPages({ now, meter, changeLists, show }: FlagPagesDeps): FlagPages {
  const cards: FlagCards = (visit, record, entry, { back, compact }) => {
    const { scope, res } = visit;
    return flagCard(record, {
      snapshot: scope.snapshot,
      levels: meter.levels(scope.environment, record.key),
      last: entry && changeLine(entry, { ...changeLists.lineOptions(visit), isLatest: true }),
      mayChange: mayChange(res),
      back,
      compact,
      href: scope.flagHref(record.key),
      action: scope.flagHref(record.key, '/changes'),
    });
  };
  return {
    flags: async (visit, head) =>
      show(
        visit,
        'dashboard-flags',
        { title: 'Flags', ...head },
        await flagsPage(visit, { changeLists, cards }),
      ),
    flag: async (visit, key, head) => {
      const { scope } = visit;
      const record = flagOf(scope, key);
      const { definition, version, tags, createdAt, updatedAt } = record;
      const query = { kind: 'flag', key } as const;
      const [last] =
        (await changeLists.entries({ environment: scope.environment, ...query, limit: 1 })) ?? [];
      await show(
        visit,
        'dashboard-flag',
        { title: key, ...head },
        {
          card: cards(visit, record, last, { back: 'flag', compact: false }),
          facts: [
            { name: 'version', value: String(version) },
            { name: 'tags', value: tags.length === 0 ? 'none' : tags.join(', ') },
            {
              name: 'variations',
              value: definition.variations.map((value) => JSON.stringify(value)).join(', '),
            },
            { name: 'created', value: createdAt, moment: momentOf(createdAt, now()) },
            { name: 'changed', value: updatedAt, moment: momentOf(updatedAt, now()) },
          ],
          json: JSON.stringify(definition, null, 2),
          deleteHref: scope.flagHref(key, '/delete'),
          log: await changeLists.page(visit, `/flags/${encodeURIComponent(key)}`, query),
        },
      );
    },
  };
}

/** @throws Problem 404 */
export function flagOf({ snapshot }: DashboardScope, key: string): FlagRecord {
  const record = snapshot.flags.get(key);
  if (record === undefined) throw new Problem(404, 'not_found', 'There is no such flag in this environment.');
  return record;
}
