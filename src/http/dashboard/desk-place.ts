import { DEFAULT_ENVIRONMENT, type EnvironmentRef, type Snapshot, type Store } from '../../store/store.ts';
import { Problem } from '../problem.ts';

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
  const own = ownQuery(environment);
  const href: DeskPlace['href'] = (path = '', more = {}, hash = '') => {
    const said = Object.entries(more).filter(
      (pair): pair is [string, string] => pair[1] !== undefined && pair[1] !== '',
    );
    const search = new URLSearchParams([...own, ...said]).toString();
    return `/dashboard${path}${search === '' ? '' : `?${search}`}${hash}`;
  };
  return {
    environment,
    snapshot,
    isDefault: own.length === 0,
    href,
    flagHref: (key) => href(`/flags/${encodeURIComponent(key)}`),
    deleteHref: (key) => href(`/flags/${encodeURIComponent(key)}/delete`),
  };
}

/** The pairs by which an address names an environment. */
export function ownQuery({ project, environment }: EnvironmentRef): readonly [string, string][] {
  return [
    ...(project === DEFAULT_ENVIRONMENT.project ? [] : [['project', project] as [string, string]]),
    ...(environment === DEFAULT_ENVIRONMENT.environment
      ? []
      : [['environment', environment] as [string, string]]),
  ];
}
