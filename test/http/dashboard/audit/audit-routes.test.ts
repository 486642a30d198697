import { describe, expect, test } from 'vitest';
import { startDashboard } from '../../../support/dashboard-app.ts';
import { CHANGES, loggedIn, textOf } from '../../../support/dashboard-client.ts';

async function withChanges() {
  const app = await startDashboard();
  const client = await loggedIn(app, 'operator');
  await client.post('/dashboard/flags', { key: 'new-player', description: '' });
  await client.post(CHANGES, { change: 'share', percentage: '25', version: 1 });
  const [latest] = await app.store.audit({ limit: 1 });
  return { app, client, id: latest?.id ?? 0 };
}

describe('the audit log', () => {
  test('is narrowed down to one flag', async () => {
    const { client } = await withChanges();
    const page = await client.get('/dashboard/audit?kind=flag&name=new-player');
    expect(textOf(page.html)).toContain('created the flag');
    expect(textOf(page.html)).not.toContain('changed the rollout');
    const segments = await client.get('/dashboard/audit?kind=segment');
    expect(textOf(segments.html)).toContain('Every change of a flag will appear here');
  });

  test('each change is shown in full: sentences, both definitions, hash', async () => {
    const { client, id } = await withChanges();
    const page = await client.get(`/dashboard/audit/${id}`);
    expect(textOf(page.html)).toContain('The default rule serves 25 % true, 75 % false instead of');
    expect(page.html).toMatch(/<code class="mono">[0-9a-f]{64}</);
    expect(page.html.match(/<pre class="json"/g)).toHaveLength(2);
    for (const other of ['0', '999999', 'x', '1e3']) {
      expect((await client.get(`/dashboard/audit/${other}`)).status).toBe(404);
    }
  });

  test('its chain is checked', async () => {
    const { app, client } = await withChanges();
    const entries = (await app.store.audit({ limit: 200 })).length;
    const good = await client.post('/dashboard/audit/verify', {});
    expect(textOf(good.html)).toContain(`All ${entries} entries fit`);
  });

  test('is downloaded as lines of JSON, all of it', async () => {
    const { app, client } = await withChanges();
    const file = await client.get('/dashboard/audit/export');
    expect(file.headers.get('content-disposition')).toBe('attachment; filename=audit-log.ndjson');
    const lines = file.html
      .trim()
      .split('\n')
      .map((line): unknown => JSON.parse(line));
    expect(lines).toEqual(await app.store.audit({ limit: 200 }));
    const one = await client.get('/dashboard/audit/export?name=new-player');
    expect(one.html.trim().split('\n')).toHaveLength(1);
  });
});
