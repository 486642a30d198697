import { describe, expect, test } from 'vitest';
import { freshApi } from '../../../support/api-app.ts';

describe('scheduled changes', () => {
  test('are listed by their time, page by page, and cancelled', async () => {
    const { api } = await freshApi();
    await api.post('/flags', { flag_name: 'new-ui' });
    const at = (hour: number) => `2090-01-01T0${hour}:00:00.000Z`;
    for (const hour of [3, 1, 2]) {
      const made = await api.post('/schedules', {
        flag_name: 'new-ui',
        action: 'set',
        rollout_percentage: hour * 10,
        at: at(hour),
      });
      expect(made.body).toMatchObject({
        state: 'waiting',
        action: 'set',
        rollout_percentage: hour * 10,
        at: at(hour),
        created_by: { id: 'admin' },
      });
    }
    const first = await api.get('/schedules?limit=2');
    const second = await api.get(/<([^>]+)>/.exec(first.headers.get('link') ?? '')?.[1] ?? '');
    expect([first.at('/0/at'), first.at('/1/at'), second.at('/0/at')]).toEqual([at(1), at(2), at(3)]);
    const id = String(first.at('/0/id'));
    expect((await api.delete(`/schedules/${id}`)).status).toBe(204);
    expect((await api.get(`/schedules/${id}`)).body).toMatchObject({ state: 'cancelled' });
    expect((await api.delete(`/schedules/${id}`)).status).toBe(409);
    expect((await api.get('/schedules?state=waiting&flag_name=new-ui')).body).toHaveLength(2);
    expect((await api.get('/schedules/missing')).status).toBe(404);
  });

  test.each<[string, object, number, string]>([
    ['a time that is over', { action: 'on', at: '2020-01-01T00:00:00Z' }, 422, 'invalid_value'],
    ['a time without a zone', { action: 'on', at: '2090-01-01T00:00:00' }, 422, 'invalid_value'],
    ['a share without a number', { action: 'set', at: '2090-01-01T00:00:00Z' }, 422, 'invalid_type'],
    [
      'a share of 101',
      { action: 'set', rollout_percentage: 101, at: '2090-01-01T00:00:00Z' },
      422,
      'too_big',
    ],
    ['another action', { action: 'explode', at: '2090-01-01T00:00:00Z' }, 422, 'invalid_value'],
    [
      'a share of colours',
      { action: 'set', rollout_percentage: 5, at: '2090-01-01T00:00:00Z', flag_name: 'colour' },
      422,
      'invalid_rollout',
    ],
    [
      'a flag that is not there',
      { action: 'on', at: '2090-01-01T00:00:00Z', flag_name: 'missing' },
      404,
      'not_found',
    ],
  ])('refuse %s', async (_what, body, status, code) => {
    const { api } = await freshApi();
    await api.post('/flags', { flag_name: 'new-ui' });
    await api.post('/flags', {
      flag_name: 'colour',
      definition: { on: true, variations: ['a', 'b'], offVariation: 0, fallthrough: { variation: 0 } },
    });
    const refused = await api.post('/schedules', { flag_name: 'new-ui', ...body });
    expect(refused.body).toMatchObject({ status, code });
  });
});
