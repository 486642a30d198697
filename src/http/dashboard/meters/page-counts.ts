import { DEFAULT_ENVIRONMENT, type EnvironmentRef } from '../../../store/store.ts';
import { isLaunchDarkly } from '../dashboard-scope.ts';
import { PLAYLIST_FLAG } from '../../html/playlist-flag.ts';

/** How the site's pages of one version went. */
export interface PageCount {
  /** True: the new version, which the flag's value `true` chooses. What stood in for it when it failed counts for it as well. */
  readonly isNew: boolean;
  readonly pages: number;
  readonly errors: number;
  /** Pages that took the server longer than `SLOW_MS`. */
  readonly slow: number;
}

/** A page that takes longer is felt as a wait. */
export const SLOW_MS = 250;

/** The site's pages since the last change of its flag, by version: what the site feeds and the dashboard reads. */
export interface PageCounts {
  readonly page: (value: unknown, durationMs: number) => void;
  readonly error: (value: unknown) => void;
  readonly counts: () => readonly PageCount[];
}

/** @param flagVersion of the site's flag: with a new one, counting begins again, as the level meters do */
export function createPageCounts(flagVersion: () => number | undefined): PageCounts {
  let countedVersion = flagVersion();
  let versions = noPages();

  const current = (): typeof versions => {
    const version = flagVersion();
    if (version !== countedVersion) {
      countedVersion = version;
      versions = noPages();
    }
    return versions;
  };
  const countOf = (value: unknown) => (value === true ? current().new : current().old);

  return {
    page: (value, durationMs) => {
      const count = countOf(value);
      count.pages += 1;
      if (durationMs > SLOW_MS) count.slow += 1;
    },
    error: (value) => {
      countOf(value).errors += 1;
    },
    counts: () => [
      { isNew: true, ...current().new },
      { isNew: false, ...current().old },
    ],
  };
}

/** Whether the flag decides which version of the site a listener gets. */
export const isSiteFlag = (environment: EnvironmentRef, key: string): boolean =>
  key === PLAYLIST_FLAG && decidesSite(environment);

/** The environment whose flags the site asks for; the flags of LaunchDarkly stand in its place. */
export const decidesSite = ({ project, environment }: EnvironmentRef): boolean =>
  isLaunchDarkly({ project, environment }) ||
  (project === DEFAULT_ENVIRONMENT.project && environment === DEFAULT_ENVIRONMENT.environment);

const noPages = () => ({ new: { pages: 0, errors: 0, slow: 0 }, old: { pages: 0, errors: 0, slow: 0 } });
