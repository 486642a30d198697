import { DEFAULT_ENVIRONMENT, type EnvironmentRef, type Snapshot, type Store } from '../../store/store.ts';
import { Problem } from '../problems/problem.ts';

/** An environment, and the addresses of its pages. */
export interface DeskPlace {
  readonly environment: EnvironmentRef;
  readonly snapshot: Snapshot;
  readonly isDefault: boolean;
  /** `/dashboard` and what follows it, with the environment where it is not the default one. */
  readonly href: (
    path?: string,
    query?: Readonly<Record<string, string | undefined>>,
    hash?: string,
  ) => string;
  readonly flagHref: (key: string) => string;
  readonly deleteHref: (key: string) => string;
}

/** @throws Problem 404 when there is no such environment */
export function deskPlace(
  store: Pick<Store, 'snapshot'>,
  query: Readonly<Record<string, string | undefined>>,
): DeskPlace {
  const environment = {
    project: query['project'] ?? DEFAULT_ENVIRONMENT.project,
    environment: query['environment'] ?? DEFAULT_ENVIRONMENT.environment,
  };
  const snapshot = store.snapshot(environment);
  if (snapshot === undefined) {
    throw new Problem(404, 'not_found', 'There is no such project and environment.');
  }
  const href: DeskPlace['href'] = (path = '', more = {}, hash = '') => {
    const said = ownQuery(environment);
    for (const [name, value] of Object.entries(more)) {
      if (value !== undefined && value !== '') said.set(name, value);
    }
    return `/dashboard${path}${said.size === 0 ? '' : `?${said.toString()}`}${hash}`;
  };
  return {
    environment,
    snapshot,
    isDefault: ownQuery(environment).size === 0,
    href,
    flagHref: (key) => href(`/flags/${encodeURIComponent(key)}`),
    deleteHref: (key) => href(`/flags/${encodeURIComponent(key)}/delete`),
  };
}

/** The query by which an address names an environment; empty for the default one. */
export function ownQuery({ project, environment }: EnvironmentRef): URLSearchParams {
  const query = new URLSearchParams();
  if (project !== DEFAULT_ENVIRONMENT.project) query.set('project', project);
  if (environment !== DEFAULT_ENVIRONMENT.environment) query.set('environment', environment);
  return query;
}
