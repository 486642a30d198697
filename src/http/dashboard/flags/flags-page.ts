import { queryOf } from '../../input/parse.ts';
import type { ChangeList, ChangeLists } from '../audit/change-list.ts';
import type { DashboardDeps } from '../dashboard-deps.ts';
import type { Visit } from '../dashboard-scope.ts';
import type { Link } from '../dashboard-views.ts';
import type { FlagCard, FlagCards } from '../flag/flag-card.ts';
import type { EvaluationMeter } from '../meters/evaluation-meter.ts';
import {
  FLAG_STATES,
  flagFilter,
  type FlagFilter,
  type FlagState,
  matchingFlags,
  tagCounts,
} from './flag-filter.ts';
import { flagRow, type FlagRow } from './flag-row.ts';
import { pinnedFlags } from './pins.ts';

export interface FlagsPage {
  /** Of the pinned flags; none while the list is filtered. */
  readonly cards: readonly FlagCard[];
  readonly rows: readonly FlagRow[];
  readonly filter: FlagFilter;
  readonly isFiltered: boolean;
  /** `1–50 of 2,000 flags`. */
  readonly count: string;
  readonly total: number;
  readonly states: readonly Link[];
  readonly tags: readonly { readonly tag: string; readonly count: number }[];
  readonly hidden: readonly { readonly name: string; readonly value: string }[];
  readonly next: string | undefined;
  readonly previous: string | undefined;
  readonly newFlag: string;
  readonly bulkAction: string;
  readonly log: ChangeList;
}

export interface FlagsPageDeps extends Pick<DashboardDeps, 'now'> {
  readonly changeLists: ChangeLists;
  readonly cards: FlagCards;
  readonly meter: EvaluationMeter;
}

const ROWS_PER_PAGE = 50;
/** With more cards than this, each is smaller. */
const MAX_LARGE_CARDS = 1;
const LINES_BESIDE = 8;

const STATE_NAMES: Readonly<Record<FlagState, string>> = {
  all: 'All',
  on: 'On',
  off: 'Off',
  stale: 'Stale',
  archived: 'Archived',
};

export async function flagsPage(visit: Visit, deps: FlagsPageDeps): Promise<FlagsPage> {
  const { req, scope } = visit;
  const { changeLists, cards, meter } = deps;
  const now = deps.now();
  const query = queryOf(req);
  const filter = flagFilter(query);
  const { q, tag, state } = filter;
  const flags = matchingFlags(scope.snapshot, filter, now);
  const pages = Math.max(1, Math.ceil(flags.length / ROWS_PER_PAGE));
  const page = Math.min(pages, Math.max(1, Math.trunc(Number(query['page'] ?? 1)) || 1));
  const start = (page - 1) * ROWS_PER_PAGE;
  const shown = flags.slice(start, start + ROWS_PER_PAGE);
  const isFiltered = q !== '' || tag !== '' || state !== 'all';
  const pinned =
    isFiltered || page > 1 ? [] : pinnedFlags(req).flatMap((key) => scope.snapshot.flags.get(key) ?? []);
  const entries = await changeLists.entries({ environment: scope.environment, limit: LINES_BESIDE + 1 });
  const pageHref = (number: number): string =>
    scope.href('', { q, tag, state: state === 'all' ? '' : state, page: number === 1 ? '' : String(number) });
  return {
    cards: await Promise.all(
      pinned.map((record) =>
        cards(visit, record, { back: 'flags', compact: pinned.length > MAX_LARGE_CARDS }),
      ),
    ),
    rows: shown.map((record) =>
      flagRow(record, { scope, now, perMinute: meter.perMinute(scope.environment, record.key) }),
    ),
    filter,
    isFiltered,
    count: countText(start, shown.length, flags.length),
    total: scope.snapshot.flags.size,
    states: FLAG_STATES.map((name) => ({
      name: STATE_NAMES[name],
      href: scope.href('', { q, tag, state: name === 'all' ? '' : name }),
      current: name === state,
    })),
    tags: tagCounts(scope.snapshot),
    hidden: scope.hiddenFields,
    next: page < pages ? pageHref(page + 1) : undefined,
    previous: page > 1 ? pageHref(page - 1) : undefined,
    newFlag: scope.href('/new-flag'),
    bulkAction: scope.href('/bulk'),
    log: changeLists.list(visit, '/audit', entries, LINES_BESIDE, true),
  };
}

function countText(start: number, shown: number, all: number): string {
  const flags = `${all.toLocaleString('en')} ${all === 1 ? 'flag' : 'flags'}`;
  return shown === all ? flags : `${start + 1}–${start + shown} of ${flags}`;
}
