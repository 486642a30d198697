import type { Request, Response } from 'express';
import { DEFAULT_ENVIRONMENT, type EnvironmentRef, type Snapshot, type Store } from '../../store/store.ts';
import { queryOf } from '../input/parse.ts';
import { safeNext } from '../input/safe-next.ts';
import { Problem } from '../problems/problem.ts';

/** The flags of LaunchDarkly, which can only be read here. No project can have this key. */
export const LAUNCHDARKLY: EnvironmentRef = { project: '-launchdarkly', environment: 'production' };

/** Set in `res.locals` where no role may change anything. */
export const READ_ONLY = 'readOnly';

export const isLaunchDarkly = ({ project }: EnvironmentRef): boolean => project === LAUNCHDARKLY.project;

/** The environment that a request is about, its flags at this moment, and the addresses of its pages. */
export interface DashboardScope {
  readonly environment: EnvironmentRef;
  readonly snapshot: Snapshot;
  /** `/dashboard` and what follows it; names the environment where it is not the default one. */
  readonly href: (
    path?: string,
    query?: Readonly<Record<string, string | undefined>>,
    hash?: string,
  ) => string;
  /** What a form with `method=get` carries in place of the environment in the address. */
  readonly hiddenFields: readonly { readonly name: string; readonly value: string }[];
  /** The flag's page, or what follows it: `/delete`. */
  readonly flagHref: (
    key: string,
    path?: string,
    query?: Readonly<Record<string, string | undefined>>,
  ) => string;
}

/** A request of a page, with its scope. */
export interface Visit {
  readonly req: Request;
  readonly res: Response;
  readonly scope: DashboardScope;
}

/** @throws Problem 404 when the query names an environment that does not exist */
export function visitOf(store: Pick<Store, 'snapshot'>, req: Request, res: Response): Visit {
  return visitIn(req, res, dashboardScope(store, queryOf(req)));
}

function visitIn(req: Request, res: Response, scope: DashboardScope): Visit {
  if (isLaunchDarkly(scope.environment)) res.locals[READ_ONLY] = true;
  return { req, res, scope };
}

/** The list of flags shows first the flags that decide the site. */
export function visitOfList(store: Pick<Store, 'snapshot'>, req: Request, res: Response): Visit {
  const query = queryOf(req);
  const isOpen = query['project'] === undefined && query['environment'] === undefined;
  return isOpen && store.snapshot(LAUNCHDARKLY) !== undefined
    ? visitIn(req, res, dashboardScope(store, { ...LAUNCHDARKLY }))
    : visitOf(store, req, res);
}

/** @throws Problem 404 when there is no such environment */
export function dashboardScope(
  store: Pick<Store, 'snapshot'>,
  { project, environment: key }: Readonly<Record<string, string | undefined>>,
): DashboardScope {
  const environment = {
    project: project ?? DEFAULT_ENVIRONMENT.project,
    environment: key ?? DEFAULT_ENVIRONMENT.environment,
  };
  const snapshot = store.snapshot(environment);
  if (snapshot === undefined) {
    throw new Problem(404, 'not_found', 'There is no such project and environment.');
  }
  const href: DashboardScope['href'] = (path = '', more = {}, hash = '') => {
    const query = environmentQuery(environment);
    // Without an environment the list is that of LaunchDarkly, where there is one.
    if (path === '' && query.size === 0 && store.snapshot(LAUNCHDARKLY) !== undefined) {
      query.set('environment', environment.environment);
    }
    for (const [name, value] of Object.entries(more)) {
      if (value !== undefined && value !== '') query.set(name, value);
    }
    return `/dashboard${path}${query.size === 0 ? '' : `?${query.toString()}`}${hash}`;
  };
  return {
    environment,
    snapshot,
    href,
    hiddenFields: [...environmentQuery(environment)].map(([name, value]) => ({ name, value })),
    flagHref: (flagKey, path = '', query = {}) => href(`/flags/${encodeURIComponent(flagKey)}${path}`, query),
  };
}

/** The page to go back to, if it is one of the dashboard's; else the list of flags. */
export function dashboardPath(back: unknown): string {
  const path = safeNext(back);
  return /^\/dashboard(?:[/?#]|$)/.test(path) ? path : '/dashboard';
}

/** The query by which an address names an environment; empty for the default one. */
export function environmentQuery({ project, environment }: EnvironmentRef): URLSearchParams {
  const query = new URLSearchParams();
  if (project !== DEFAULT_ENVIRONMENT.project) query.set('project', project);
  if (environment !== DEFAULT_ENVIRONMENT.environment) query.set('environment', environment);
  return query;
}
