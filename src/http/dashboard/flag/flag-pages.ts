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
import { queryOf } from '../../input/parse.ts';
import { flagCard, type FlagCards } from './flag-card.ts';
import { resumeAlert } from './resume-alert.ts';

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
      const { scope, req } = visit;
      const record = scope.snapshot.flags.get(key);
      if (record === undefined) {
        await showDeleted(visit, key);
        return;
      }
      const { definition, version, tags, createdAt, updatedAt } = record;
      const query = { kind: 'flag', key } as const;
      const [last] =
        (await changeLists.entries({ environment: scope.environment, ...query, limit: 1 })) ?? [];
      const { resume } = queryOf(req);
      const alert = resume === undefined ? undefined : resumeAlert(scope, record, resume);
      const variations = definition.variations.map((value) => JSON.stringify(value)).join(', ');
      const model = {
        card: cards(visit, record, last, { back: 'flag', compact: false }),
        facts: [
          { name: 'version', value: String(version) },
          { name: 'tags', value: tags.length === 0 ? 'none' : tags.join(', ') },
          { name: 'variations', value: variations },
          { name: 'created', value: createdAt, moment: momentOf(createdAt, now()) },
          { name: 'changed', value: updatedAt, moment: momentOf(updatedAt, now()) },
        ],
        json: JSON.stringify(definition, null, 2),
        deleteHref: scope.flagHref(key, '/delete'),
        log: await changeLists.page(visit, `/flags/${encodeURIComponent(key)}`, query),
      };
      await show(visit, 'dashboard-flag', { title: key, alert, ...head }, model);
    },
  };

  /** @throws Problem 404 when there never was such a flag */
  async function showDeleted(visit: Visit, key: string): Promise<void> {
    const log = await changeLists.page(visit, `/flags/${encodeURIComponent(key)}`, { kind: 'flag', key });
    if (log.lines.length === 0) throw noSuchFlag();
    await show(visit, 'dashboard-deleted-flag', { title: `${key} was deleted`, status: 404 }, { key, log });
  }
}

const noSuchFlag = (): Problem => new Problem(404, 'not_found', 'There is no such flag in this environment.');

/** @throws Problem 404 */
export function flagOf({ snapshot }: DashboardScope, key: string): FlagRecord {
  const record = snapshot.flags.get(key);
  if (record === undefined) throw noSuchFlag();
  return record;
}
