import { describe, expect, test } from 'vitest';
import { freshApi } from '../../../support/api-app.ts';

const plan = {
  flag: 'new-ui',
  from: 1,
  to: 0,
  start: '2100-05-01T12:00:00Z',
  stages: [
    { share: 10, hold: '10m' },
    { share: 100, hold: '10m' },
  ],
  freeze: [{ start: '2100-05-01T12:05:00Z', end: '2100-05-01T13:00:00Z' }],
  guards: [{ metric: 'playlist-error' }],
};
const question = {
  ...plan,
  traffic: { newListenersPerSecond: 20 },
  expected: [{ metric: 'playlist-error', controlRate: 0.01, newRate: 0.1 }],
  runs: 50,
};

async function withFlag() {
  const app = await freshApi();
  await app.api.post('/flags', { flag_name: 'new-ui', status: true, rollout_percentage: 0 });
  return app;
}

describe('a forecast by REST', () => {
  test('tells when stages start, who is in when, and what the guards would catch', async () => {
    const { api } = await withFlag();
    const listeners = Array.from({ length: 40 }, (_, index) => ({ kind: 'user', key: `listener-${index}` }));
    const at = ['2100-05-01T12:30:00Z', '2100-05-01T13:00:00Z'];
    const answer = await api.post('/releases/forecast', { ...question, at, listeners });
    expect(answer.status).toBe(200);
    expect(answer.at('/stages')).toMatchObject([
      { share: 10, starts_at: '2100-05-01T12:00:00.000Z', frozen_ms: 50 * 60_000 },
      { share: 100, starts_at: '2100-05-01T13:00:00.000Z' },
    ]);
    expect(answer.at('/at')).toMatchObject([{ share: 10 }, { share: 100 }]);
    expect(answer.at('/expected/caught/chance')).toBe(1);
    expect(answer.at('/is_complete')).toBe(true);
    const entered = listeners.map((_, index) => answer.at(`/listeners/${index}/enters_at`));
    const early = entered.filter((time) => time === '2100-05-01T12:00:00.000Z').length;
    expect(early).toBeGreaterThan(0);
    expect(early).toBeLessThan(15);
    expect(entered.filter((time) => time === '2100-05-01T13:00:00.000Z').length).toBe(40 - early);
    // Those are who get it when the release is there.
    await api.put('/flags/new-ui', { rollout_percentage: 10 });
    const first = entered.indexOf('2100-05-01T12:00:00.000Z');
    const now = await api.get(`/users/listener-${first}/flags/new-ui`);
    expect(now.at('/enabled')).toBe(true);
  });

  test('answers everything that is wrong at once, and starts nothing', async () => {
    const { api } = await withFlag();
    const wrong = await api.post('/releases/forecast', {
      ...question,
      expected: [{ metric: 'applause' }],
      listeners: [{ kind: 'user' }],
    });
    expect(wrong.status).toBe(422);
    expect(wrong.at('/errors')).toMatchObject([
      { pointer: '/expected/0/metric' },
      { pointer: '/listeners/0' },
    ]);
    expect((await api.post('/releases/forecast', { ...question, flag: 'gone' })).status).toBe(404);
    expect((await api.get('/releases')).body).toEqual([]);
  });

  test('may be asked while another release is under way', async () => {
    const { api } = await withFlag();
    const { start: _, freeze: __, ...now } = plan;
    await api.post('/releases', { ...now, start: 'manual' });
    expect((await api.post('/releases/forecast', question)).status).toBe(200);
  });
});
