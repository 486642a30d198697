import type { Request } from 'express';
import { type AuditEntry, type AuditQuery, StoreUnavailableError } from '../../../store/store.ts';
import { queryOf } from '../../input/parse.ts';
import { Problem } from '../../problems/problem.ts';
import { mayChange } from '../dashboard-frame.ts';
import type { DashboardDeps } from '../dashboard-deps.ts';
import type { Visit } from '../dashboard-scope.ts';
import { type ChangeLine, type ChangeLineOptions, changeLines } from './change-line.ts';

const LINES_PER_PAGE = 25;

/** A page of the audit log. */
export interface ChangeList {
  /** False while the database cannot be read; flags are still served from memory. */
  readonly reachable: boolean;
  readonly lines: readonly ChangeLine[];
  /** Address of the next, older page; undefined on the last. */
  readonly earlier: string | undefined;
  readonly latest: string | undefined;
  readonly undoAction: string;
}

export interface ChangeLists {
  /** Newest first; undefined while the database is away. */
  entries(query: AuditQuery): Promise<readonly AuditEntry[] | undefined>;
  /** The page that the request's `before` asks for, at this path of the dashboard. */
  page(
    visit: Visit,
    path: string,
    query: Pick<AuditQuery, 'kind' | 'key'>,
    /** What the addresses of other pages name besides. */
    linkQuery?: Readonly<Record<string, string>>,
  ): Promise<ChangeList>;
  /** The first `count` of these entries, with a link to the rest at `path`. */
  list(
    visit: Visit,
    path: string,
    entries: readonly AuditEntry[] | undefined,
    count: number,
    isFirstPage: boolean,
    linkQuery?: Readonly<Record<string, string>>,
  ): ChangeList;
  lineOptions(visit: Visit): Omit<ChangeLineOptions, 'isLatest'>;
}

export function createChangeLists({ store, now }: Pick<DashboardDeps, 'store' | 'now'>): ChangeLists {
  const lists: ChangeLists = {
    entries: async (query) => {
      try {
        return await store.audit(query);
      } catch (error) {
        if (error instanceof StoreUnavailableError) return undefined;
        throw error;
      }
    },
    page: async (visit, path, query, linkQuery = {}) => {
      const before = beforeOf(visit.req);
      const entries = await lists.entries({
        environment: visit.scope.environment,
        ...query,
        ...before,
        limit: LINES_PER_PAGE + 1,
      });
      return lists.list(visit, path, entries, LINES_PER_PAGE, before.before === undefined, linkQuery);
    },
    list: (visit, path, entries, count, isFirstPage, linkQuery = {}) => {
      const { scope } = visit;
      const shown = entries?.slice(0, count) ?? [];
      const hasMore = (entries?.length ?? 0) > count;
      return {
        reachable: entries !== undefined,
        lines: changeLines(shown, lists.lineOptions(visit)),
        earlier: hasMore ? scope.href(path, { ...linkQuery, before: String(shown.at(-1)?.id) }) : undefined,
        latest: isFirstPage ? undefined : scope.href(path, linkQuery),
        undoAction: scope.href('/undo'),
      };
    },
    lineOptions: ({ res, scope }) => ({ scope, mayChange: mayChange(res), now: now() }),
  };
  return lists;
}

/** @throws Problem 400 when `before` is not the number of a change */
function beforeOf(req: Request): { readonly before?: number } {
  const { before } = queryOf(req);
  if (before === undefined) return {};
  if (!/^\d{1,15}$/.test(before)) {
    throw new Problem(400, 'invalid_query', 'before: expected the number of a change.');
  }
  return { before: Number(before) };
}
