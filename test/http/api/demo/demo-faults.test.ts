import { expect, test } from 'vitest';
import { createFaultSwitches } from '../../../../src/demo/faults.ts';
import { freshApi } from '../../../support/api-app.ts';

test('faults are set for both versions, and what is not named is off', async () => {
  const faults = createFaultSwitches(() => 0.5);
  const { api } = await freshApi({ faults });
  const both = { errorRate: 0.1, latencyMs: 200, control: { errorRate: 0.01, latencyMs: 50 } };
  const set = await api.put('/demo/faults', both);
  expect(set.body).toEqual({ ...both, wrongOrder: false });
  expect((await api.put('/demo/faults', { control: {} })).at('/control/errorRate')).toBe(0);
  expect((await api.put('/demo/faults', { control: { errorRate: 2 } })).at('/errors/0/pointer')).toBe(
    '/control/errorRate',
  );
  await api.put('/demo/faults', {});
  expect((await api.get('/demo/faults')).body).toEqual({
    errorRate: 0,
    latencyMs: 0,
    wrongOrder: false,
    control: { errorRate: 0, latencyMs: 0 },
  });
});
