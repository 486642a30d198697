import { describe, expect, test } from 'vitest';
import { StoreUnavailableError } from '../../../../src/store/store.ts';
import { startDashboard } from '../../../support/dashboard-app.ts';
import { dashboardClient, flagIn, loggedIn, textOf } from '../../../support/dashboard-client.ts';

/** Every form that names a new thing, with what somebody typed into it. */
const FORMS = [
  ['/dashboard/segments', { key: 'staff & <friends>' }],
  ['/dashboard/keys', { name: 'checkout "1"', kind: 'sdk', days: '30' }],
  ['/dashboard/webhooks', { url: 'http://127.0.0.1:9/', description: 'für alle', where: 'here' }],
  ['/dashboard/environments', { key: 'staging', name: 'Staging\r\n2' }],
  ['/dashboard/schedules', { flag: 'progressive-rollout', action: 'on', at: '2099-01-01T00:00' }],
] as const;

const keptIn = (html: string): string => /<textarea class="kept"[\s\S]*<\/textarea>/.exec(html)?.[0] ?? '';
const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&#34;');

describe('what is typed is not lost', () => {
  test.each(FORMS)('when the session had ended before POST %s', async (path, fields) => {
    const app = await startDashboard();
    const stranger = dashboardClient(app);
    const sent = await stranger.send(path, fields, { origin: app.url });
    expect(sent.status).toBe(303);
    const next = new URL(sent.location ?? '', app.url).searchParams.get('next') ?? '';
    expect(next).toMatch(/^\/dashboard\/again\?draft=/);
    const page = await (await loggedIn(app, 'admin')).get(next);
    expect(textOf(page.html)).toContain('Your session had ended Nothing was done yet');
    expect(page.html).toContain(`action="${path}"`);
    for (const value of Object.values(fields)) expect(keptIn(page.html)).toContain(escaped(value));
    expect((await stranger.get(next)).status).toBe(303);
  });

  test('when another site sends the form, nothing of it is kept', async () => {
    const app = await startDashboard();
    const sent = await dashboardClient(app).send(
      '/dashboard/keys',
      { name: 'evil' },
      { origin: 'https://evil.example' },
    );
    expect(sent.location).toBe('/dashboard/login');
  });

  test('when the database is away, which says when to try again', async () => {
    let away = false;
    const app = await startDashboard({
      wrapStore: (store) => ({
        ...store,
        snapshot: (environment) => {
          if (away) throw new StoreUnavailableError('the database is away', 7);
          return store.snapshot(environment);
        },
      }),
    });
    const client = await loggedIn(app, 'operator');
    const fields = { csrf: await client.csrf(), key: 'staff' };
    away = true;
    const refused = await client.send('/dashboard/segments', fields, { origin: app.url });
    expect(refused.status).toBe(503);
    expect(refused.headers.get('retry-after')).toBe('7');
    expect(textOf(refused.html)).toContain(
      'The database cannot be reached Listeners keep the flags as they are. Try again in 7 seconds.',
    );
    expect(keptIn(refused.html)).toContain('staff');
    const page = await client.get('/dashboard/segments?environment=production');
    expect(page.html).toContain('href="/dashboard/segments?environment=production">Try again</a>');
    away = false;
    expect((await client.send('/dashboard/segments', fields, { origin: app.url })).status).toBe(303);
    expect(app.errors).toEqual([]);
  });

  test('when the form is of an older session, and it is one button to send it once more', async () => {
    const app = await startDashboard();
    const client = await loggedIn(app, 'admin');
    const old = await client.post('/dashboard/segments', { csrf: 'of an older session', key: 'staff' });
    expect(old.status).toBe(403);
    expect(textOf(old.html)).toContain('This form is too old');
    expect(keptIn(old.html)).toContain('staff');
    expect(keptIn(old.html)).not.toContain('older session');
    const csrf = /name="csrf" value="([^"]+)"/.exec(old.html)?.[1] ?? '';
    expect(
      (await client.send('/dashboard/segments', { csrf, key: 'staff' }, { origin: app.url })).status,
    ).toBe(303);
  });
});

describe('a page says in words', () => {
  test('that there were too many logins, and when to try again', async () => {
    const app = await startDashboard();
    const client = dashboardClient(app);
    const attempts = Array.from({ length: 21 }, () => client.post('/dashboard/login', { token: 'wrong' }));
    await Promise.all(attempts);
    const refused = await client.send(
      '/dashboard/login',
      { token: 'wrong', next: '/dashboard/keys' },
      { origin: app.url },
    );
    expect(refused.status).toBe(429);
    const seconds = Number(refused.headers.get('retry-after'));
    expect(seconds).toBeGreaterThan(0);
    expect(textOf(refused.html)).toMatch(
      /Too many requests They came from your address in a short time\. Nothing was changed\. Try again in (a second|\d+ seconds)\./,
    );
    expect(refused.html).not.toContain('wrong');
    expect(keptIn(refused.html)).toContain('/dashboard/keys');
  });

  test('what one’s role may not do, and where there is nothing', async () => {
    const app = await startDashboard();
    const viewer = await loggedIn(app, 'viewer');
    const refused = await viewer.post('/dashboard/flags/progressive-rollout/changes', {
      change: 'off',
      version: 1,
    });
    expect(refused.status).toBe(403);
    expect(textOf(refused.html)).toContain('This is not for your role');
    expect(flagIn(app).version).toBe(1);
    const nothing = await viewer.get('/dashboard/segments/none');
    expect(nothing.status).toBe(404);
    expect(textOf(nothing.html)).toContain(
      'There is nothing here There is no such segment in this environment.',
    );
    expect(nothing.html).toContain('href="/dashboard"');
  });
});
