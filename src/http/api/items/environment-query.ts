import { DEFAULT_ENVIRONMENT, type EnvironmentRef, type Snapshot, type Store } from '../../../store/store.ts';
import { Problem } from '../../problems/problem.ts';
import { keySchema } from '../../input/key-schema.ts';

/** The two query parameters that every operation on flags and segments has. */
export const environmentQuery = {
  project: keySchema.default(DEFAULT_ENVIRONMENT.project),
  environment: keySchema.default(DEFAULT_ENVIRONMENT.environment),
};

export function requireSnapshot(
  store: Pick<Store, 'snapshot'>,
  { project, environment }: EnvironmentRef,
): Snapshot {
  const snapshot = store.snapshot({ project, environment });
  if (snapshot === undefined) throw missingEnvironment({ project, environment });
  return snapshot;
}

export const missingEnvironment = ({ project, environment }: EnvironmentRef): Problem =>
  new Problem(404, 'not_found', `There is no environment "${environment}" in a project "${project}".`);

/** `?project=…&environment=…` for links, and nothing for the default environment. */
export function environmentSuffix({ project, environment }: EnvironmentRef): string {
  const query = new URLSearchParams({
    ...(project === DEFAULT_ENVIRONMENT.project ? {} : { project }),
    ...(environment === DEFAULT_ENVIRONMENT.environment ? {} : { environment }),
  }).toString();
  return query === '' ? '' : `?${query}`;
}

/** Which environment a query speaks of, without the rest of the query. */
export const environmentFromQuery = ({ project, environment }: EnvironmentRef): EnvironmentRef => ({
  project,
  environment,
});
