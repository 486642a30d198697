import { describe, expect, test } from 'vitest';
import { DEFAULT_ENVIRONMENT } from '../../../src/store/store.ts';
import { startDashboard } from '../../support/dashboard-app.ts';
import { loggedIn, textOf } from '../../support/dashboard-client.ts';
import { PROGRESSIVE_ROLLOUT } from '../../support/site-app.ts';

const HOSTILE = '<img src=x onerror=alert(1)>"\'&';

describe('every page', () => {
  test('hostile words are shown, never obeyed', async () => {
    const flag = {
      ...PROGRESSIVE_ROLLOUT,
      key: 'hostile',
      variations: [HOSTILE, `</script>${HOSTILE}`],
      targets: [{ variation: 0, values: [HOSTILE] }],
      contextTargets: [
        { contextKind: 'user', variation: 0, values: [] },
        { contextKind: 'device', variation: 1, values: [HOSTILE] },
      ],
      rules: [{ clauses: [{ attribute: HOSTILE, op: 'in' as const, values: [HOSTILE] }], variation: 0 }],
    };
    const app = await startDashboard({ flags: { hostile: flag } });
    await app.store.change(
      { id: HOSTILE, via: 'api', comment: HOSTILE },
      {
        type: 'put-flag',
        environment: DEFAULT_ENVIRONMENT,
        key: 'hostile',
        definition: { ...flag, on: false },
        description: HOSTILE,
        tags: [HOSTILE],
      },
    );
    const client = await loggedIn(app, 'admin');
    for (const path of [
      '/dashboard',
      `/dashboard?q=${encodeURIComponent(HOSTILE)}`,
      '/dashboard/flags/hostile',
      '/dashboard/audit',
      `/dashboard?done=${encodeURIComponent(HOSTILE)}&flag=${encodeURIComponent(HOSTILE)}`,
      `/dashboard/new-flag?key=${encodeURIComponent(HOSTILE)}`,
    ]) {
      const { html, status } = await client.get(path);
      expect(status, path).toBe(200);
      expect(html, path).not.toContain('<img');
      expect(html, path).not.toMatch(/<\/script>[^<]*&lt;img|"\s+onerror/);
    }
    expect(app.errors).toEqual([]);
  });

  test('no script runs without the nonce, and no cache may keep the page', async () => {
    const app = await startDashboard();
    const { html, headers } = await (await loggedIn(app, 'viewer')).get('/dashboard');
    const nonce = /script-src 'nonce-([^']+)'/.exec(headers.get('content-security-policy') ?? '')?.[1];
    const scripts = [...html.matchAll(/<script([^>]*)>/g)].map(([, attributes = '']) => attributes);
    expect(scripts.length).toBeGreaterThan(0);
    expect(scripts.filter((attributes) => !attributes.includes(`nonce="${nonce}"`))).toEqual([]);
    expect(headers.get('cache-control')).toBe('no-store, private');
    expect(html).not.toMatch(/\sstyle=|\son\w+=/);
  });

  test('the settings of the program are shown to operators', async () => {
    const app = await startDashboard();
    const page = await (await loggedIn(app, 'operator')).get('/dashboard/settings');
    expect(textOf(page.html)).toContain('Events 30 days EVENT_RETENTION_DAYS');
    const viewer = await (await loggedIn(app, 'viewer')).get('/dashboard/settings');
    expect(textOf(viewer.html)).toContain('Only for operators');
    expect(viewer.html).not.toContain('EVENT_RETENTION_DAYS');
  });

  test.each(['/dashboard/flags/missing', '/dashboard/flags/missing/delete', '/dashboard/nowhere'])(
    '%s is not there',
    async (path) => {
      const app = await startDashboard();
      expect((await (await loggedIn(app, 'viewer')).get(path)).status).toBe(404);
    },
  );

  test.each(['PUT', 'DELETE', 'PATCH'])('%s is not offered', async (method) => {
    const app = await startDashboard();
    const answer = await fetch(`${app.url}/dashboard`, { method });
    expect(answer.status).toBe(405);
    expect(answer.headers.get('allow')).toContain('GET');
  });
});
