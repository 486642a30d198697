import type { Request, Response } from 'express';
import { describeFaults, type Faults, isFaulty, NO_FAULTS } from '../../demo/faults.ts';
import { reaches, type Role } from '../../access/key-record.ts';
import { principalOf } from '../auth/principal.ts';
import { queryOf } from '../input/parse.ts';
import { nonceOf } from '../middleware/security-headers.ts';
import type { DashboardDeps } from './dashboard-deps.ts';
import {
  type DashboardScope,
  dashboardScope,
  environmentQuery,
  isLaunchDarkly,
  LAUNCHDARKLY,
  READ_ONLY,
  type Visit,
} from './dashboard-scope.ts';
import { type Banner, type DashboardFrame, pageFrame } from './dashboard-views.ts';
import type { PageHead } from './show-page.ts';
import { flashText } from './text/flash-text.ts';

export type FrameDeps = Pick<DashboardDeps, 'assets' | 'csrf' | 'store' | 'flagStatus' | 'faults'>;

/** Whether the user may change flags, and not only see them. */
export const mayChange = (res: Response): boolean => hasRole(res, 'operator');

/** Whether the user may manage keys, webhooks, environments and their settings. */
export const mayAdminister = (res: Response): boolean => hasRole(res, 'admin');

function hasRole(res: Response, role: Role): boolean {
  if (res.locals[READ_ONLY] === true) return false;
  const principal = principalOf(res);
  return principal !== undefined && 'role' in principal && reaches(principal.role, role);
}

export async function dashboardFrame(
  { assets, csrf, store, flagStatus, faults }: FrameDeps,
  { req, res, scope }: Visit,
  { title, alert, meters }: Required<Pick<PageHead, 'title' | 'meters'>> & Pick<PageHead, 'alert'>,
): Promise<DashboardFrame> {
  const principal = principalOf(res);
  const { done, flag } = queryOf(req);
  return {
    frame: pageFrame(assets, nonceOf(res), title),
    csrf: await csrf.token(res),
    user: principal?.kind === 'session' ? { name: principal.name, role: principal.role } : undefined,
    mayChange: mayChange(res),
    mayAdminister: mayAdminister(res),
    environments: environmentLinks(store, scope),
    pages: PAGES.map(([name, path]) => ({
      name,
      href:
        isLaunchDarkly(scope.environment) && !LAUNCHDARKLY_PAGES.has(path)
          ? `/dashboard${path}`
          : scope.href(path),
      current: path === '' ? req.path === '/' : req.path === path || req.path.startsWith(`${path}/`),
    })),
    home: scope.href(),
    here: hereOf(req, scope),
    events: scope.href('/events', { flags: meters.join(',') }),
    sequence: scope.snapshot.sequence,
    isLaunchDarkly: isLaunchDarkly(scope.environment),
    banner:
      faultsBanner(faults?.()) ??
      (isLaunchDarkly(scope.environment) ? launchDarklyBanner(flagStatus()) : bannerOf(flagStatus())),
    flash: flashText(done, flag === undefined ? undefined : scope.snapshot.flags.get(flag)),
    alert,
  };
}

const LAUNCHDARKLY_PAGES: ReadonlySet<string> = new Set(['', '/who']);

export const PAGES = [
  ['Flags', ''],
  ['Segments', '/segments'],
  ['Schedules', '/schedules'],
  ['Who gets what', '/who'],
  ['Audit log', '/audit'],
  ['Environments', '/environments'],
  ['Webhooks', '/webhooks'],
  ['Keys', '/keys'],
  ['Import and export', '/transfer'],
  ['Settings', '/settings'],
] as const;

/** Without the parameters that carry the last form's message. */
function hereOf(req: Request, scope: DashboardScope): string {
  if (req.method !== 'GET') return scope.href();
  const { done: _done, flag: _flag, resume: _resume, ...query } = queryOf(req);
  const search = new URLSearchParams(query).toString();
  return `${req.baseUrl}${req.path === '/' ? '' : req.path}${search === '' ? '' : `?${search}`}`;
}

function environmentLinks(
  store: Pick<DashboardDeps['store'], 'projects' | 'snapshot'>,
  { environment: here }: DashboardScope,
): DashboardFrame['environments'] {
  const projects = store.projects();
  const local = projects.flatMap((project) =>
    project.environments.map((environment) => ({
      name: projects.length > 1 ? `${project.name} / ${environment.name}` : environment.name,
      href: dashboardScope(store, { project: project.key, environment: environment.key }).href(),
      current: project.key === here.project && environment.key === here.environment,
    })),
  );
  const hasLaunchDarkly = store.snapshot(LAUNCHDARKLY) !== undefined;
  const links = hasLaunchDarkly
    ? [
        {
          name: 'LaunchDarkly',
          href: `/dashboard?${environmentQuery(LAUNCHDARKLY).toString()}`,
          current: isLaunchDarkly(here),
        },
        ...local,
      ]
    : local;
  return links.length > 1 ? links : [];
}

/** On every page: what is broken on purpose must not be taken for a defect. */
function faultsBanner(faults: Faults = NO_FAULTS): Banner | undefined {
  if (!isFaulty(faults)) return undefined;
  return {
    title: 'Something is broken on purpose.',
    text: `For a demo, ${describeFaults(faults)}. PUT /demo/faults with {} mends it.`,
  };
}

const SHOW_LAUNCHDARKLY = {
  name: 'Show the flags of LaunchDarkly',
  href: `/dashboard?${environmentQuery(LAUNCHDARKLY).toString()}`,
};

/** Over its flags: how it is connected, and who answers now. */
export function launchDarklyBanner({ detail }: ReturnType<DashboardDeps['flagStatus']>): Banner {
  return {
    title: 'These are the flags of LaunchDarkly. Here they can only be read.',
    text: detail,
    link: { name: 'Change them in LaunchDarkly', href: 'https://app.launchdarkly.com/' },
  };
}

/** Undefined while the site asks the flags of this service. */
export function bannerOf({ source, detail }: ReturnType<DashboardDeps['flagStatus']>): Banner | undefined {
  const remedy =
    'Changes made here reach only programs that use this service’s own SDK keys. To let this dashboard decide the site, start DJ Toggle without LD_SDK_KEY.';
  switch (source) {
    case 'launchdarkly':
      return {
        title: 'The site’s flags come from LaunchDarkly, not from here.',
        text: `${detail} ${remedy}`,
        link: SHOW_LAUNCHDARKLY,
      };
    case 'last-known-good':
      return {
        title: 'The site uses the last flags that LaunchDarkly sent, not the ones here.',
        text: `${detail} ${remedy}`,
        link: SHOW_LAUNCHDARKLY,
      };
    case 'default':
      return { title: 'No flag source answers: every listener gets the top 10.', text: detail };
    case 'local':
      return undefined;
    default:
      return source satisfies never;
  }
}
