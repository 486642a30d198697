import type { Request, Response } from 'express';
import {
  type AuditEntry,
  type AuditQuery,
  type FlagRecord,
  StoreUnavailableError,
} from '../../store/store.ts';
import { neededBy } from '../../store/references.ts';
import { queryOf } from '../input/parse.ts';
import { Problem } from '../problems/problem.ts';
import { PLAYLIST_FLAG } from '../html/playlist-flag.ts';
import { changeLine, changeLines } from './change-line.ts';
import type { DashboardDeps } from './dashboard-deps.ts';
import { deskFrame, mayChange } from './dashboard-frame.ts';
import type { DeskPlace } from './dashboard-scope.ts';
import type { EvaluationMeter } from './evaluation-meter.ts';
import { flagStrip, type FlagStrip } from './flag-card.ts';
import type {
  Alert,
  DeleteFlagPage,
  DeskPage,
  FlagPage,
  LogPage,
  LogPart,
  NewFlagPage,
} from './dashboard-views.ts';
import { momentOf } from './text/moment.ts';

const FLAGS_PER_PAGE = 20;
/** With so few flags nobody needs to search. */
const MANY_FLAGS = 8;
/** More channels than these stand closer. */
const FULL_STRIPS = 2;
const LINES_BESIDE = 8;
const LINES_PER_PAGE = 25;
/** Among so many changes a strip looks for its last one; what is older stands on the flag's page. */
const LOOK_BACK = 200;

export interface PageExtras {
  readonly alert?: Alert;
}

/** The models of the desk's pages, each from one snapshot. */
export interface DeskPages {
  desk(req: Request, res: Response, place: DeskPlace, extras?: PageExtras): Promise<DeskPage>;
  flag(req: Request, res: Response, place: DeskPlace, key: string, extras?: PageExtras): Promise<FlagPage>;
  log(req: Request, res: Response, place: DeskPlace, extras?: PageExtras): Promise<LogPage>;
  newFlag(
    req: Request,
    res: Response,
    place: DeskPlace,
    input: Pick<NewFlagPage, 'key' | 'description' | 'error'>,
    extras?: PageExtras,
  ): Promise<NewFlagPage>;
  deleteFlag(
    req: Request,
    res: Response,
    place: DeskPlace,
    key: string,
    extras?: PageExtras,
  ): Promise<DeleteFlagPage>;
}

export function createDeskPages(
  deps: Pick<DashboardDeps, 'assets' | 'csrf' | 'store' | 'flagStatus' | 'now'>,
  meter: EvaluationMeter,
): DeskPages {
  const { store, now } = deps;

  /** The log may be out of reach while flags are not: then the page says so and works on. */
  const entriesOf = async (query: AuditQuery): Promise<readonly AuditEntry[] | undefined> => {
    try {
      return await store.audit(query);
    } catch (error) {
      if (error instanceof StoreUnavailableError) return undefined;
      throw error;
    }
  };
  const lineOptions = (res: Response, place: DeskPlace) => ({
    snapshot: place.snapshot,
    mayChange: mayChange(res),
    flagHref: place.flagHref,
    deleteHref: place.deleteHref,
    now: now(),
  });
  const stripOf = (
    res: Response,
    place: DeskPlace,
    record: FlagRecord,
    entry: AuditEntry | undefined,
    { back, compact }: Pick<FlagStrip, 'back' | 'compact'>,
  ): FlagStrip =>
    flagStrip(record, {
      snapshot: place.snapshot,
      levels: meter.levels(place.environment, record.key),
      last: entry && changeLine(entry, { ...lineOptions(res, place), isLatest: true }),
      mayChange: mayChange(res),
      back,
      compact,
      href: place.flagHref(record.key),
      action: place.href(`/flags/${encodeURIComponent(record.key)}/changes`),
    });
  const logPart = (
    res: Response,
    place: DeskPlace,
    entries: readonly AuditEntry[] | undefined,
    count: number,
    page: { readonly path: string; readonly isFirst: boolean },
  ): LogPart => {
    const shown = entries?.slice(0, count) ?? [];
    const last = shown.at(-1);
    return {
      reachable: entries !== undefined,
      lines: changeLines(shown, lineOptions(res, place)),
      earlier:
        last !== undefined && (entries?.length ?? 0) > count
          ? place.href(page.path, { before: String(last.id) })
          : undefined,
      latest: page.isFirst ? undefined : place.href(page.path),
      undoAction: place.href('/undo'),
    };
  };

  return {
    desk: async (req, res, place, { alert } = {}) => {
      const { q = '', after } = queryOf(req);
      const flags = matching(place, q);
      const start = after === undefined ? 0 : flags.findIndex(({ key }) => key === after) + 1;
      const shown = flags.slice(start, start + FLAGS_PER_PAGE);
      const last = shown.at(-1);
      const entries = await entriesOf({ environment: place.environment, limit: LOOK_BACK });
      const latest = latestByFlag(entries ?? []);
      return {
        ...(await deskFrame(deps, req, res, place, { title: 'The desk', alert })),
        strips: shown.map((record) =>
          stripOf(res, place, record, latest.get(record.key), {
            back: 'desk',
            compact: shown.length > FULL_STRIPS,
          }),
        ),
        search:
          place.snapshot.flags.size > MANY_FLAGS
            ? {
                q,
                count: countText(flags.length, place.snapshot.flags.size),
                clear: q === '' ? undefined : place.href(),
              }
            : undefined,
        hidden: hiddenOf(place),
        next:
          last !== undefined && flags.length > start + FLAGS_PER_PAGE
            ? place.href('', { q, after: last.key })
            : undefined,
        previous: start > 0 ? place.href('', { q }) : undefined,
        newFlag: place.href('/new-flag'),
        log: logPart(res, place, entries, LINES_BESIDE, { path: '/log', isFirst: true }),
      };
    },
    flag: async (req, res, place, key, { alert } = {}) => {
      const record = flagOf(place, key);
      const before = beforeOf(req);
      const query = { environment: place.environment, kind: 'flag', key } as const;
      const entries = await entriesOf({ ...query, ...before, limit: LINES_PER_PAGE + 1 });
      const [last] =
        before.before === undefined ? (entries ?? []) : ((await entriesOf({ ...query, limit: 1 })) ?? []);
      return {
        ...(await deskFrame(deps, req, res, place, { title: key, alert })),
        strip: stripOf(res, place, record, last, { back: 'flag', compact: false }),
        facts: [
          { name: 'version', value: String(record.version) },
          { name: 'tags', value: record.tags.length === 0 ? 'none' : record.tags.join(', ') },
          {
            name: 'variations',
            value: record.definition.variations.map((value) => JSON.stringify(value)).join(', '),
          },
          { name: 'made', value: record.createdAt, moment: momentOf(record.createdAt, now()) },
          { name: 'changed', value: record.updatedAt, moment: momentOf(record.updatedAt, now()) },
        ],
        json: JSON.stringify(record.definition, null, 2),
        deleteHref: place.deleteHref(key),
        log: logPart(res, place, entries, LINES_PER_PAGE, {
          path: `/flags/${encodeURIComponent(key)}`,
          isFirst: before.before === undefined,
        }),
      };
    },
    log: async (req, res, place, { alert } = {}) => {
      const before = beforeOf(req);
      const entries = await entriesOf({
        environment: place.environment,
        ...before,
        limit: LINES_PER_PAGE + 1,
      });
      return {
        ...(await deskFrame(deps, req, res, place, { title: 'Who changed what', alert })),
        log: logPart(res, place, entries, LINES_PER_PAGE, {
          path: '/log',
          isFirst: before.before === undefined,
        }),
      };
    },
    newFlag: async (req, res, place, input, { alert } = {}) => ({
      ...(await deskFrame(deps, req, res, place, { title: 'A new flag', alert })),
      action: place.href('/flags'),
      ...input,
    }),
    deleteFlag: async (req, res, place, key, { alert } = {}) => {
      const record = flagOf(place, key);
      return {
        ...(await deskFrame(deps, req, res, place, { title: `Delete ${key}`, alert })),
        key,
        version: record.version,
        action: place.deleteHref(key),
        flagHref: place.flagHref(key),
        neededBy: neededBy(place.snapshot, 'flag', key).map((other) => ({
          key: other,
          href: place.flagHref(other),
        })),
        everywhere: environmentsOf(deps, place) > 1,
      };
    },
  };
}

/** @throws Problem 404 */
export function flagOf({ snapshot }: DeskPlace, key: string): FlagRecord {
  const record = snapshot.flags.get(key);
  if (record === undefined) throw new Problem(404, 'not_found', 'There is no such flag on this desk.');
  return record;
}

/** The site's own flag first, then by name. */
function matching({ snapshot }: DeskPlace, q: string): readonly FlagRecord[] {
  const wanted = q.trim().toLowerCase();
  return [...snapshot.flags.values()]
    .filter(({ key, description }) => `${key} ${description ?? ''}`.toLowerCase().includes(wanted))
    .toSorted(
      (a, b) =>
        Number(b.key === PLAYLIST_FLAG) - Number(a.key === PLAYLIST_FLAG) || a.key.localeCompare(b.key, 'en'),
    );
}

function latestByFlag(entries: readonly AuditEntry[]): ReadonlyMap<string, AuditEntry> {
  const latest = new Map<string, AuditEntry>();
  for (const entry of entries) {
    if (entry.kind === 'flag' && !latest.has(entry.key)) latest.set(entry.key, entry);
  }
  return latest;
}

function beforeOf(req: Request): { readonly before?: number } {
  const { before } = queryOf(req);
  if (before === undefined) return {};
  if (!/^\d{1,15}$/.test(before)) {
    throw new Problem(400, 'invalid_query', 'before: expected the number of a change.');
  }
  return { before: Number(before) };
}

const hiddenOf = (place: DeskPlace) =>
  [...new URL(place.href(), 'http://here.invalid').searchParams].map(([name, value]) => ({ name, value }));

const countText = (found: number, all: number): string =>
  found === all ? `${all} flags` : `${found} of ${all} flags`;

const environmentsOf = ({ store }: Pick<DashboardDeps, 'store'>, { environment }: DeskPlace): number =>
  store.projects().find(({ key }) => key === environment.project)?.environments.length ?? 1;
