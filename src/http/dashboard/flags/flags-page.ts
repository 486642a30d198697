import type { AuditEntry, FlagRecord } from '../../../store/store.ts';
import { PLAYLIST_FLAG } from '../../html/playlist-flag.ts';
import { queryOf } from '../../input/parse.ts';
import type { ChangeLists } from '../audit/change-list.ts';
import type { DashboardScope, Visit } from '../dashboard-scope.ts';
import type { FlagsPage } from '../dashboard-views.ts';
import type { FlagCards } from '../flag/flag-card.ts';

const FLAGS_PER_PAGE = 20;
/** With fewer flags there is no search field. */
const MANY_FLAGS = 8;
/** With more cards than these on a page, each is smaller. */
const MAX_LARGE_CARDS = 2;
const LINES_BESIDE = 8;
/** A card shows its flag's last change if it is among so many; older ones stand on the flag's page. */
const LOOK_BACK = 200;

export async function flagsPage(
  visit: Visit,
  { changeLists, cards }: { readonly changeLists: ChangeLists; readonly cards: FlagCards },
): Promise<FlagsPage> {
  const { req, scope } = visit;
  const { q = '', after } = queryOf(req);
  const flags = matchingFlags(scope, q);
  const start = after === undefined ? 0 : flags.findIndex(({ key }) => key === after) + 1;
  const shown = flags.slice(start, start + FLAGS_PER_PAGE);
  const hasMore = flags.length > start + FLAGS_PER_PAGE;
  const all = scope.snapshot.flags.size;
  const entries = await changeLists.entries({ environment: scope.environment, limit: LOOK_BACK });
  const latest = latestByFlag(entries ?? []);
  const compact = shown.length > MAX_LARGE_CARDS;
  return {
    cards: shown.map((record) => cards(visit, record, latest.get(record.key), { back: 'flags', compact })),
    search:
      all > MANY_FLAGS
        ? {
            q,
            count: flags.length === all ? `${all} flags` : `${flags.length} of ${all} flags`,
            clear: q === '' ? undefined : scope.href(),
          }
        : undefined,
    hidden: [...new URL(scope.href(), 'http://here.invalid').searchParams].map(([name, value]) => ({
      name,
      value,
    })),
    next: hasMore ? scope.href('', { q, after: shown.at(-1)?.key }) : undefined,
    previous: start > 0 ? scope.href('', { q }) : undefined,
    newFlag: scope.href('/new-flag'),
    log: changeLists.list(visit, '/audit', entries, LINES_BESIDE, true),
  };
}

/** The site's own flag first, then by name. */
function matchingFlags({ snapshot }: DashboardScope, q: string): readonly FlagRecord[] {
  const wanted = q.trim().toLowerCase();
  return [...snapshot.flags.values()]
    .filter(({ key, description }) => `${key} ${description ?? ''}`.toLowerCase().includes(wanted))
    .toSorted(
      (a, b) =>
        Number(b.key === PLAYLIST_FLAG) - Number(a.key === PLAYLIST_FLAG) || a.key.localeCompare(b.key, 'en'),
    );
}

function latestByFlag(entries: readonly AuditEntry[]): ReadonlyMap<string, AuditEntry> {
  const flags = entries.filter(({ kind }) => kind === 'flag');
  return new Map(flags.toReversed().map((entry) => [entry.key, entry]));
}
