import type { Request, Response } from 'express';
import { reaches } from '../../access/key-record.ts';
import { queryOf } from '../input/parse.ts';
import { principalOf } from '../auth/principal.ts';
import { nonceOf } from '../middleware/security-headers.ts';
import type { DashboardDeps } from './dashboard-deps.ts';
import { type DeskPlace, ownQuery } from './dashboard-scope.ts';
import { type Alert, type Banner, type DeskFrame, deskFrameOf } from './dashboard-views.ts';
import { flashText } from './text/flash-words.ts';

export interface DeskFrameOptions {
  readonly title: string;
  readonly alert?: Alert | undefined;
}

/** Whether the one who asks may change flags, and not only see them. */
export function mayChange(res: Response): boolean {
  const principal = principalOf(res);
  return principal !== undefined && 'role' in principal && reaches(principal.role, 'operator');
}

export async function deskFrame(
  { assets, csrf, store, flagStatus }: Pick<DashboardDeps, 'assets' | 'csrf' | 'store' | 'flagStatus'>,
  req: Request,
  res: Response,
  place: DeskPlace,
  { title, alert }: DeskFrameOptions,
): Promise<DeskFrame> {
  const principal = principalOf(res);
  const { done, flag } = queryOf(req);
  return {
    frame: deskFrameOf(assets, nonceOf(res), title),
    csrf: await csrf.token(res),
    who: principal?.kind === 'session' ? { name: principal.name, role: principal.role } : undefined,
    mayChange: mayChange(res),
    environments: environmentLinks(store, place),
    home: place.href(),
    here: hereOf(req, place),
    events: place.href('/events'),
    sequence: place.snapshot.sequence,
    banner: bannerOf(flagStatus()),
    flash: flashText(done, flag === undefined ? undefined : place.snapshot.flags.get(flag)),
    alert,
  };
}

/** Without what only the last form had to say. */
function hereOf(req: Request, place: DeskPlace): string {
  if (req.method !== 'GET') return place.href();
  const { done: _done, flag: _flag, ...query } = queryOf(req);
  const search = new URLSearchParams(query).toString();
  return `${req.baseUrl}${req.path === '/' ? '' : req.path}${search === '' ? '' : `?${search}`}`;
}

function environmentLinks(
  store: Pick<DashboardDeps['store'], 'projects'>,
  { environment: here }: DeskPlace,
): DeskFrame['environments'] {
  const projects = store.projects();
  const links = projects.flatMap((project) =>
    project.environments.map((environment) => {
      const query = ownQuery({ project: project.key, environment: environment.key }).toString();
      return {
        name: projects.length > 1 ? `${project.name} / ${environment.name}` : environment.name,
        href: `/dashboard${query === '' ? '' : `?${query}`}`,
        current: project.key === here.project && environment.key === here.environment,
      };
    }),
  );
  return links.length > 1 ? links : [];
}

/** This desk's flags decide the site only while nobody better answers. */
export function bannerOf({ source, detail }: ReturnType<DashboardDeps['flagStatus']>): Banner | undefined {
  const remedy =
    'What you change here reaches only programs that use this service’s own SDK keys. To let this desk decide the site, start DJ Toggle without LD_SDK_KEY.';
  switch (source) {
    case 'launchdarkly':
      return { title: 'LaunchDarkly decides the site, not this desk.', text: `${detail} ${remedy}` };
    case 'last-known-good':
      return {
        title: 'What LaunchDarkly last said decides the site, not this desk.',
        text: `${detail} ${remedy}`,
      };
    case 'default':
      return { title: 'Nobody decides the site: every listener gets the top 10.', text: detail };
    case 'local':
      return undefined;
    default:
      return source satisfies never;
  }
}
