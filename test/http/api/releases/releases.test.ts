import { describe, expect, test } from 'vitest';
import { freshApi } from '../../../support/api-app.ts';

const plan = {
  flag: 'new-ui',
  from: 1,
  to: 0,
  stages: [
    { share: 10, hold: '10m' },
    { share: 100, hold: '10m' },
  ],
  guards: [{ metric: 'playlist-error' }],
};

async function withFlag() {
  const app = await freshApi();
  await app.api.post('/flags', { flag_name: 'new-ui', status: true, rollout_percentage: 0 });
  const share = async () => (await app.api.get('/flags/new-ui')).at('/rollout_percentage');
  return { ...app, share };
}

describe('releases by REST', () => {
  test('are created, started, advanced and rolled back, and the flag follows', async () => {
    const { api, share, store } = await withFlag();
    const created = await api.post('/releases', { ...plan, start: 'manual' });
    expect(created.status).toBe(201);
    expect(created.body).toMatchObject({
      state: 'scheduled',
      stage: -1,
      share: 0,
      guards: [{ verdict: 'too-few', evidence: 1 }],
    });
    const path = created.headers.get('location') ?? '';
    expect((await api.post(`${path}/advance`)).status).toBe(409);
    expect((await api.post(`${path}/start`)).body).toMatchObject({ state: 'running', stage: 0, share: 10 });
    expect(await share()).toBe(10);
    expect((await api.post(`${path}/advance`)).body).toMatchObject({ stage: 1, share: 100 });
    expect((await api.post(`${path}/rollback`)).body).toMatchObject({ state: 'rolled-back', share: 0 });
    expect(await share()).toBe(0);
    expect((await api.post(`${path}/resume`)).status).toBe(409);
    const [entry] = await store.audit({ key: 'new-ui' });
    expect(entry?.author).toMatchObject({ id: `release:${String(created.at('/id'))}`, via: 'release' });
    const decisions = await api.get(`${path}/decisions`);
    expect(decisions.body).toMatchObject([
      { action: 'started' },
      { action: 'advanced' },
      { action: 'rolled-back' },
    ]);
    expect(decisions.at('/2/record')).toMatchObject({
      command: { kind: 'rollback' },
      before: { state: 'running' },
    });
  });

  test('answer everything that is wrong with a plan at once', async () => {
    const { api } = await withFlag();
    const wrong = {
      ...plan,
      to: 5,
      stages: [
        { share: 50, hold: '1m' },
        { share: 20, hold: '1m' },
      ],
      guards: [{ metric: 'applause' }],
      freeze: [{ from: '00:00', to: '24:00' }],
    };
    const answer = await api.post('/releases', wrong);
    expect(answer.status).toBe(422);
    expect(answer.at('/errors')).toMatchObject([
      { pointer: '/to' },
      { pointer: '/stages/1/share' },
      { pointer: '/guards/0/metric', code: 'not_found' },
      { pointer: '/freeze' },
    ]);
    expect((await api.post('/releases', { ...plan, flag: 'nothing' })).status).toBe(404);
  });

  test('refuse a second one on the same rule', async () => {
    const { api } = await withFlag();
    await api.post('/releases', { ...plan, start: 'manual' });
    const second = await api.post('/releases', plan);
    expect(second.status).toBe(409);
    expect(second.at('/errors/0/pointer')).toBe('/rule');
  });

  test('are guarded by declared metrics, as those were at the start, and by points', async () => {
    const { api } = await withFlag();
    const metric = { kind: 'conversion', event_key: 'signed-up', name: 'sign-ups', direction: 'up' };
    await api.put('/metrics-definitions/sign-ups', metric);
    await api.put('/metrics-definitions/revenue', { ...metric, kind: 'sum' });
    const guards = [
      { metric: 'sign-ups', margin: { absolute: 0.02, within: '5m' } },
      { metric: 'slow-page', margin: { relative: 0.1 } },
    ];
    const created = await api.post('/releases', { ...plan, guards, start: 'manual' });
    expect(created.status).toBe(201);
    await api.delete('/metrics-definitions/sign-ups');
    const read = await api.get(`/releases/${String(created.at('/id'))}`);
    expect(read.at('/guards/0')).toMatchObject({ metric: 'sign-ups', verdict: 'too-few', listeners: 0 });
    const refused = await api.post('/releases', {
      ...plan,
      guards: [{ metric: 'revenue' }, { metric: 'sign-ups' }, { metric: 'like', margin: { absolute: 2 } }],
    });
    expect(refused.status).toBe(422);
    expect(refused.at('/errors/0/pointer')).toBe('/guards/2/margin/absolute');
    await api.post(`/releases/${String(created.at('/id'))}/stop`);
    const unwatchable = await api.post('/releases', { ...plan, guards: [{ metric: 'revenue' }] });
    expect(unwatchable.at('/errors')).toMatchObject([
      { pointer: '/guards/0/metric', detail: expect.stringContaining('is a sum') },
    ]);
  });

  test('take from a template what the plan does not say', async () => {
    const { api } = await withFlag();
    const { flag, from, to } = plan;
    const cautious = await api.post('/releases', { flag, from, to, template: 'cautious', start: 'manual' });
    expect(cautious.at('/plan/holdback')).toEqual({ share: 10, watch: '1d' });
    expect(cautious.at('/stages/4')).toMatchObject({ share: 90, kind: 'holdback' });
    await api.post(`/releases/${String(cautious.at('/id'))}/stop`);
    await api.put('/releases/templates/fast', { course: { stages: [{ share: 100, hold: '1s' }] } });
    const own = await api.post('/releases', { flag, from, to, template: 'fast', start: 'manual' });
    expect(own.at('/stages')).toMatchObject([{ share: 100, hold_ms: 1_000 }]);
    expect((await api.get('/releases/templates/fast')).at('/built_in')).toBe(false);
    await api.delete('/releases/templates/fast');
    expect((await api.get('/releases/templates/fast')).at('/course/ramp/duration')).toBe('10m');
    expect((await api.get('/releases/templates/bold')).status).toBe(404);
    const templates = (await api.get('/releases/templates')).body;
    expect(templates).toMatchObject([
      { name: 'cautious' },
      { name: 'fast', built_in: true },
      { name: 'standard' },
    ]);
    expect((await api.post('/releases', { flag, from, to, template: 'bold' })).at('/errors/0/pointer')).toBe(
      '/template',
    );
  });

  test('tell webhooks of every change of state', async () => {
    const { api, database } = await withFlag();
    await api.post('/webhooks', { url: 'https://example.com/hook', events: ['release.changed'] });
    const created = await api.post('/releases', { ...plan, start: 'manual' });
    const path = `/releases/${String(created.at('/id'))}`;
    await api.post(`${path}/start`);
    await api.post(`${path}/pause`);
    const rows = await database.kysely
      .selectFrom('webhook_deliveries')
      .select('payload')
      .orderBy('created_at')
      .execute();
    expect(rows.map(({ payload }): unknown => JSON.parse(payload))).toMatchObject([
      { type: 'release.changed', data: { previous_state: 'scheduled', state: 'running', share: 10 } },
      { type: 'release.changed', data: { previous_state: 'running', state: 'paused' } },
    ]);
  });
});
