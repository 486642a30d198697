import type { Role } from '../../src/access/key-record.ts';
import { DEFAULT_ENVIRONMENT, type FlagRecord } from '../../src/store/store.ts';
import type { DashboardApp } from './dashboard-app.ts';

/** Where the controls of the card send their changes. */
export const CHANGES = '/dashboard/flags/progressive-rollout/changes';

/** Every way to change something, with a form that fits the first version of the flag. */
export const WRITES = [
  [CHANGES, { change: 'off', version: 1 }],
  [CHANGES, { change: 'kill', version: 1 }],
  [CHANGES, { change: 'share', percentage: '25', version: 1 }],
  [CHANGES, { change: 'add-target', user: 'alice', variation: 0, version: 1 }],
  ['/dashboard/flags', { key: 'new-player' }],
  ['/dashboard/flags/progressive-rollout/delete', { version: 1 }],
] as const;

export interface Answer {
  readonly status: number;
  readonly location: string | null;
  readonly headers: Headers;
  readonly html: string;
}

export interface DashboardClient {
  readonly cookie: string;
  get(path: string, headers?: Readonly<Record<string, string>>): Promise<Answer>;
  /** As a form of the page at `from` would send it: with its token, from this origin. */
  post(
    path: string,
    fields: Readonly<Record<string, string | number>>,
    headers?: Readonly<Record<string, string>>,
  ): Promise<Answer>;
  /** The same without anything added. */
  send(
    path: string,
    fields: Readonly<Record<string, string | number>>,
    headers: Readonly<Record<string, string>>,
  ): Promise<Answer>;
  /** A file with a form's token, as a page's form with a file sends them. */
  upload(path: string, text: string): Promise<Answer>;
  csrf(): Promise<string>;
}

/** A browser without windows: keeps one cookie and follows nothing. */
export function dashboardClient(app: Pick<DashboardApp, 'url'>, cookie = ''): DashboardClient {
  const ask = async (
    path: string,
    headers: Readonly<Record<string, string>>,
    body?: URLSearchParams | FormData,
  ): Promise<Answer> => {
    const response = await fetch(`${app.url}${path}`, {
      redirect: 'manual',
      headers: { accept: 'text/html', cookie, ...headers },
      ...(body === undefined ? {} : { method: 'POST', body }),
    });
    return {
      status: response.status,
      location: response.headers.get('location'),
      headers: response.headers,
      html: await response.text(),
    };
  };
  const client: DashboardClient = {
    cookie,
    get: (path, headers = {}) => ask(path, headers),
    send: (path, fields, headers) => {
      const body = new URLSearchParams();
      for (const [name, value] of Object.entries(fields)) body.set(name, String(value));
      return ask(path, headers, body);
    },
    post: async (path, fields, headers = {}) =>
      client.send(path, { csrf: await client.csrf(), ...fields }, { origin: app.url, ...headers }),
    upload: async (path, text) => {
      const body = new FormData();
      body.set('csrf', await client.csrf());
      body.set('file', new File([text], 'flags.json'));
      return ask(path, { origin: app.url }, body);
    },
    csrf: async () => csrfIn((await client.get(cookie === '' ? '/dashboard/login' : '/dashboard')).html),
  };
  return client;
}

/** Logged in by a token of its own with this role. */
export async function loggedIn(app: DashboardApp, role: Role): Promise<DashboardClient> {
  const answer = await dashboardClient(app).post('/dashboard/login', { token: await app.token(role) });
  return dashboardClient(app, cookieIn(answer));
}

export const csrfIn = (html: string): string => /name="csrf" value="([^"]+)"/.exec(html)?.[1] ?? 'none';

export const cookieIn = ({ headers }: Answer): string => headers.getSetCookie()[0]?.split(';')[0] ?? '';

export function flagIn(app: Pick<DashboardApp, 'store'>, key = 'progressive-rollout'): FlagRecord {
  const record = app.store.snapshot(DEFAULT_ENVIRONMENT)?.flags.get(key);
  if (record === undefined) throw new Error(`there is no flag ${key}`);
  return record;
}

/** What a page says, without its markup. */
export const textOf = (html: string): string =>
  html
    .replaceAll(/<script[\s\S]*?<\/script>|<[^>]*>/g, ' ')
    .replaceAll('&nbsp;', ' ')
    .replaceAll(/[\s\u00a0]+/g, ' ');
