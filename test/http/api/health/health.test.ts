import { expect, test } from 'vitest';
import { freshApi } from '../../../support/api-app.ts';

const PLAYLIST = { name: 'playlist', ok: false, detail: 'playlist.json: entry 3 has no artist' };
const STOPPING = { name: 'accepting', ok: false, required: true, detail: 'The program is stopping.' };

test('the service is ready and degraded while a part is away and requests are served from memory', async () => {
  const { api } = await freshApi({ readiness: () => [PLAYLIST] });
  const ready = await api.get('/ready');
  expect([ready.status, ready.body]).toEqual([
    200,
    { status: 'degraded', checks: [expect.objectContaining({ name: 'store', ok: true }), PLAYLIST] },
  ]);
  expect((await api.get('/health')).status).toBe(200);
});

test('the service is not ready while a required check fails', async () => {
  const { api } = await freshApi({ readiness: () => [PLAYLIST, STOPPING] });
  const ready = await api.get('/ready');
  expect(ready.at('/status')).toBe('not_ready');
  expect([ready.status, ready.headers.get('retry-after')]).toEqual([503, '1']);
});
