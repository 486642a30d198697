import { expect, test } from 'vitest';
import { freshApi } from '../../../support/api-app.ts';

const entry = { stable: 'old', new: 'learned', end_time: '2100-01-15 12:00Z', duration: '14d' };

test('a slowroll document becomes flags and releases', async () => {
  const { api } = await freshApi();
  const document = {
    search: {
      ranking: { ...entry, early_adopters: ['ana'] },
      done: { ...entry, end_time: '2020-01-01 00:00Z' },
      settled: { stable: 1 },
    },
  };
  const imported = await api.post('/releases/slowroll', { document, guards: [{ metric: 'playlist-error' }] });
  expect(imported.status).toBe(201);
  expect(imported.body).toMatchObject({
    flags: [
      { flag_name: 'search.ranking', release: expect.any(String) },
      { flag_name: 'search.done', release: null },
    ],
    skipped: ['search.settled'],
  });
  const release = await api.get(`/releases/${String(imported.at('/flags/0/release'))}`);
  expect(release.body).toMatchObject({ state: 'scheduled', plan: { start: '2100-01-01T12:00:00.000Z' } });
  expect(release.at('/guards/0/metric')).toBe('playlist-error');
  expect((await api.get('/users/ana/flags/search.ranking')).at('/value')).toBe('learned');
  expect((await api.get('/users/ben/flags/search.ranking')).at('/value')).toBe('old');
  expect((await api.get('/users/ben/flags/search.done')).at('/value')).toBe('learned');
});

test('of a document with mistakes nothing is imported, and all of them are told with their places', async () => {
  const { api } = await freshApi();
  await api.post('/flags', { flag_name: 'a.taken', status: true });
  const document = {
    a: {
      good: entry,
      taken: entry,
      late: { ...entry, end_time: 'tomorrow', duration: 'long' },
      numbers: { ...entry, stable: 1, new: 2, interpolate: true },
      matched: { ...entry, early_adopter_patterns: ['^a'] },
      'no good': entry,
    },
  };
  const refused = await api.post('/releases/slowroll', { document, guards: [{ metric: 'applause' }] });
  expect(refused.status).toBe(422);
  const problems = refused.at('/errors') as { readonly pointer: string }[];
  expect(problems.map(({ pointer }) => pointer).toSorted()).toEqual([
    '/document/a/late/duration',
    '/document/a/late/end_time',
    '/document/a/matched',
    '/document/a/no good',
    '/document/a/numbers',
    '/document/a/taken',
    '/guards/0/metric',
  ]);
  expect((await api.get('/flags/a.good')).status).toBe(404);
});
