import { expect, test } from 'vitest';
import { freshApi } from '../../../support/api-app.ts';

test('the service is not ready while a check fails, and names the check', async () => {
  const { api } = await freshApi({
    readiness: () => [{ name: 'playlist', ok: false, detail: 'playlist.json: entry 3 has no artist' }],
  });
  const ready = await api.get('/ready');
  expect(ready.body).toMatchObject({
    status: 'not_ready',
    checks: [
      { name: 'store', ok: true },
      { name: 'playlist', ok: false },
    ],
  });
  expect([ready.status, ready.headers.get('retry-after')]).toEqual([503, '1']);
  expect((await api.get('/health')).status).toBe(200);
});
