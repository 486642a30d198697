import type { DashboardDeps } from '../dashboard-deps.ts';
import { mayChange } from '../dashboard-frame.ts';
import { type DashboardScope, isLaunchDarkly, type Visit } from '../dashboard-scope.ts';
import { decidesSite } from '../meters/page-counts.ts';
import { changeLine } from '../audit/change-line.ts';
import type { ChangeLists } from '../audit/change-list.ts';
import { flagsPage } from '../flags/flags-page.ts';
import { pinnedFlags } from '../flags/pins.ts';
import type { EvaluationMeter } from '../meters/evaluation-meter.ts';
import type { PageHead, ShowPage } from '../show-page.ts';
import { clientSideOf, clientSideText } from '../text/client-side-text.ts';
import { momentOf } from '../text/moment.ts';
import { Problem } from '../../problems/problem.ts';
import type { Flag } from '../../../evaluation/model.ts';
import type { FlagRecord } from '../../../store/store.ts';
import { queryOf } from '../../input/parse.ts';
import { flagCard, type FlagCards } from './flag-card.ts';
import { codeSnippets } from './code-snippets.ts';
import { lookUpListener } from './listener-lookup.ts';
import { flagTabs } from './flag-tabs.ts';
import { resumeAlert } from './resume-alert.ts';

/** The two pages that forms lead back to. */
export interface FlagPages {
  flags(visit: Visit, head?: Omit<PageHead, 'title'>): Promise<void>;
  /** @throws Problem 404 when there is no such flag */
  flag(visit: Visit, key: string, head?: Omit<PageHead, 'title'>): Promise<void>;
  /** @throws Problem 404 when there is no such flag */
  code(visit: Visit, key: string): Promise<void>;
}

export interface FlagPagesDeps extends Pick<DashboardDeps, 'now' | 'contexts' | 'pages' | 'flagStatus'> {
  readonly meter: EvaluationMeter;
  readonly changeLists: ChangeLists;
  readonly show: ShowPage;
}

export function createFlagPages({
  now,
  contexts,
  pages,
  flagStatus,
  meter,
  changeLists,
  show,
}: FlagPagesDeps): FlagPages {
  const cards: FlagCards = async (visit, record, { back, compact }) => {
    const { scope, res } = visit;
    const { environment, snapshot } = scope;
    const [entry] =
      (await changeLists.entries({ environment, kind: 'flag', key: record.key, limit: 1 })) ?? [];
    return flagCard(record, {
      snapshot,
      contexts: decidesSite(environment) ? contexts() : [],
      pages: pages(),
      last: entry && changeLine(entry, { ...changeLists.lineOptions(visit), isLatest: true }),
      mayChange: mayChange(res),
      pinned: pinnedFlags(visit.req).includes(record.key),
      pinAction: scope.href('/pins'),
      back,
      compact,
      href: scope.flagHref(record.key),
      action: scope.flagHref(record.key, '/changes'),
      lookup:
        back === 'flag'
          ? {
              ...lookUpListener(record, snapshot, (queryOf(visit.req)['listener'] ?? '').trim()),
              hidden: scope.hiddenFields,
            }
          : undefined,
    });
  };
  return {
    flags: async (visit, head) => {
      const model = await flagsPage(visit, { changeLists, cards, meter, now });
      const meters = model.cards.map(({ key }) => key);
      await show(visit, 'dashboard-flags', { title: 'Flags', meters, ...head }, model);
    },
    flag: async (visit, key, head) => {
      const { scope, req } = visit;
      const record = scope.snapshot.flags.get(key);
      if (record === undefined) {
        await showDeleted(visit, key);
        return;
      }
      const { definition, version, tags, createdAt, updatedAt } = record;
      const query = { kind: 'flag', key } as const;
      const { resume } = queryOf(req);
      const alert = resume === undefined ? undefined : resumeAlert(scope, record, resume);
      const variations = definition.variations.map((value) => JSON.stringify(value)).join(', ');
      const model = {
        tabs: flagTabs(scope, key, 'overview'),
        card: await cards(visit, record, { back: 'flag', compact: false }),
        facts: [
          { name: 'version', value: String(version) },
          { name: 'tags', value: tags.length === 0 ? 'none' : tags.join(', ') },
          { name: 'variations', value: variations },
          ...(isLaunchDarkly(scope.environment)
            ? [
                { name: 'received', value: updatedAt, moment: momentOf(updatedAt, now()) },
                { name: 'answers', value: flagStatus().detail },
              ]
            : [
                { name: 'created', value: createdAt, moment: momentOf(createdAt, now()) },
                { name: 'changed', value: updatedAt, moment: momentOf(updatedAt, now()) },
              ]),
        ],
        clientSide: {
          text: clientSideText(definition),
          isSeenByAll: clientSideOf(definition) === 'both',
        },
        json: JSON.stringify(definition, null, 2),
        deleteHref: scope.flagHref(key, '/delete'),
        log: await changeLists.page(visit, `/flags/${encodeURIComponent(key)}`, query),
      };
      await show(visit, 'dashboard-flag', { title: key, alert, meters: [key], ...head }, model);
    },
    code: async (visit, key) => {
      const { req, scope } = visit;
      const { definition } = flagOf(scope, key);
      await show(
        visit,
        'dashboard-code',
        { title: `Code for ${key}` },
        {
          key,
          tabs: flagTabs(scope, key, 'code'),
          notes: receiverNotes(definition),
          snippets: codeSnippets(definition, `${req.protocol}://${req.host}`),
        },
      );
    },
  };

  /** @throws Problem 404 when there never was such a flag */
  async function showDeleted(visit: Visit, key: string): Promise<void> {
    const log = await changeLists.page(visit, `/flags/${encodeURIComponent(key)}`, { kind: 'flag', key });
    if (log.lines.length === 0) throw noSuchFlag();
    await show(visit, 'dashboard-deleted-flag', { title: `${key} was deleted`, status: 404 }, { key, log });
  }
}

function receiverNotes({ clientSideAvailability, clientSide, bucketing }: Flag): readonly string[] {
  if (bucketing !== undefined) {
    return [
      `LaunchDarkly’s SDKs do not receive this flag, because they do not know its bucketing, ${bucketing}.`,
    ];
  }
  return (clientSideAvailability?.usingEnvironmentId ?? clientSide ?? false)
    ? []
    : ['Browser SDKs do not receive this flag: it is not marked for clients (clientSideAvailability).'];
}

const noSuchFlag = (): Problem => new Problem(404, 'not_found', 'There is no such flag in this environment.');

/** @throws Problem 404 */
export function flagOf({ snapshot }: DashboardScope, key: string): FlagRecord {
  const record = snapshot.flags.get(key);
  if (record === undefined) throw noSuchFlag();
  return record;
}
