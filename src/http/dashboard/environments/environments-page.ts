import type { EnvironmentSettings } from '../../../access/settings.ts';
import type { Project, Store } from '../../../store/store.ts';
import type { DashboardScope } from '../dashboard-scope.ts';
import { dashboardScope } from '../dashboard-scope.ts';

/** The environments of this project, side by side, and the settings of this one. */
export interface EnvironmentsPage {
  readonly environments: readonly {
    readonly key: string;
    readonly name: string;
    readonly href: string;
    readonly current: boolean;
    readonly flags: number;
    readonly on: number;
    /** Flags that are not the same as here. */
    readonly compareHref: string | undefined;
  }[];
  readonly environmentName: string;
  readonly createAction: string;
  readonly created: { readonly key: string; readonly name: string };
  readonly settingsAction: string;
  readonly secureMode: boolean;
  /** One a line; `*`: all. */
  readonly origins: string;
}

export interface EnvironmentsTyped {
  readonly key?: string;
  readonly name?: string;
  readonly secureMode?: boolean;
  readonly origins?: string;
}

export function environmentsPage(
  store: Pick<Store, 'snapshot'>,
  scope: DashboardScope,
  project: Project | undefined,
  settings: EnvironmentSettings,
  typed: EnvironmentsTyped = {},
): EnvironmentsPage {
  const here = scope.environment;
  return {
    environments: (project?.environments ?? []).map(({ key, name }) => {
      const other = dashboardScope(store, { project: here.project, environment: key });
      const flags = [...other.snapshot.flags.values()];
      const current = key === here.environment;
      return {
        key,
        name,
        href: other.href(),
        current,
        flags: flags.length,
        on: flags.filter(({ definition }) => definition.on).length,
        compareHref: current ? undefined : scope.href('/environments/compare', { from: key }),
      };
    }),
    environmentName: here.environment,
    createAction: scope.href('/environments'),
    created: { key: typed.key ?? '', name: typed.name ?? '' },
    settingsAction: scope.href('/environments/settings'),
    secureMode: typed.secureMode ?? settings.secureMode,
    origins: typed.origins ?? originLines(settings),
  };
}

const originLines = ({ allowedOrigins }: EnvironmentSettings): string =>
  allowedOrigins === '*' ? '*' : allowedOrigins.join('\n');
