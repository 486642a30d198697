import { expect, test } from 'vitest';
import { freshApi } from '../../../support/api-app.ts';

test('an erased context is in no sample any more, alone or beside others', async () => {
  const { api, seenContexts } = await freshApi();
  seenContexts.add({ kind: 'user', key: 'anna' });
  seenContexts.add({ kind: 'multi', user: { key: 'anna' }, device: { key: 'phone' } });
  seenContexts.add({ kind: 'device', key: 'anna' });
  const erased = await api.delete('/contexts/user/anna');
  expect(erased.status).toBe(200);
  expect(erased.body).toEqual({ deleted: 0 });
  expect(seenContexts.list().map(({ context }) => context)).toEqual([{ kind: 'device', key: 'anna' }]);
});

test('erasing takes an administrator, and an environment that is there', async () => {
  const { api, tokens } = await freshApi();
  expect((await api.as(tokens.operator).delete('/contexts/user/anna')).status).toBe(403);
  expect((await api.delete('/contexts/user/anna?environment=nowhere')).status).toBe(404);
  expect((await api.delete('/contexts/a%20b/anna')).status).toBe(404);
});
