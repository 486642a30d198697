import { describe, expect, test } from 'vitest';
import { startDashboard } from '../../support/dashboard-app.ts';
import { cookieIn, dashboardClient, loggedIn, textOf } from '../../support/dashboard-client.ts';

describe('logging in', () => {
  test('the printed link logs in once', async () => {
    const app = await startDashboard();
    const link = await app.sessions.loginPath();
    const first = await dashboardClient(app).get(link);
    expect(first).toMatchObject({ status: 303, location: '/dashboard' });
    expect((await dashboardClient(app, cookieIn(first)).get('/dashboard')).status).toBe(200);

    const second = await dashboardClient(app).get(link);
    expect(second.status).toBe(401);
    expect(textOf(second.html)).toContain('This link has been used already, or has expired.');
    expect(cookieIn(second)).toBe('');
  });

  test('a look at the headers does not use the link up', async () => {
    const app = await startDashboard();
    const link = await app.sessions.loginPath();
    await fetch(`${app.url}${link}`, { method: 'HEAD', redirect: 'manual' });
    expect((await dashboardClient(app).get(link)).status).toBe(303);
  });

  test.each(['', 'nonsense', 'djt_admin_0000'])('the token %j opens nothing', async (token) => {
    const app = await startDashboard();
    const answer = await dashboardClient(app).post('/dashboard/login', { token });
    expect(answer.status).toBe(401);
    expect(textOf(answer.html)).toContain('This token is unknown, expired or revoked');
    if (token !== '') expect(answer.html).not.toContain(token);
  });

  test('guessing is slowed down', async () => {
    const app = await startDashboard();
    const client = dashboardClient(app);
    const csrf = await client.csrf();
    const guess = async () =>
      (await client.send('/dashboard/login', { csrf, token: 'x' }, { origin: app.url })).status;
    for (let count = 0; count < 20; count += 1) expect(await guess()).toBe(401);
    expect(await guess()).toBe(429);
  });

  test('logging out ends the session, not only the cookie', async () => {
    const app = await startDashboard();
    const client = await loggedIn(app, 'viewer');
    expect(await client.post('/dashboard/logout', {})).toMatchObject({
      status: 303,
      location: '/dashboard/login',
    });
    expect((await client.get('/dashboard')).status).toBe(303);
  });

  test.each([
    ['/dashboard/flags/progressive-rollout', '/dashboard/flags/progressive-rollout'],
    ['/dashboard/audit?before=7', '/dashboard/audit?before=7'],
    ['//evil.example', '/dashboard'],
    ['/\\evil.example', '/dashboard'],
    ['https://evil.example/dashboard', '/dashboard'],
    ['javascript:alert(1)', '/dashboard'],
    ['/..//evil.example', '/dashboard'],
    ['/dashboard\r\nset-cookie: a=b', '/dashboard'],
  ])('a login on the way to %j goes on to %s', async (next, location) => {
    const app = await startDashboard();
    const answer = await dashboardClient(app).post('/dashboard/login', {
      token: await app.token('viewer'),
      next,
    });
    expect(answer).toMatchObject({ status: 303, location });
    const link = `${await app.sessions.loginPath()}&next=${encodeURIComponent(next)}`;
    expect(await dashboardClient(app).get(link)).toMatchObject({ status: 303, location });
  });

  test('a program gets 401, and no redirect to a page', async () => {
    const app = await startDashboard();
    const answer = await dashboardClient(app).get('/dashboard/events', { accept: 'text/event-stream' });
    expect(answer.status).toBe(401);
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
  });
});
