import { describe, expect, test } from 'vitest';
import { writePoints } from '../../../../src/experiment/result-history.ts';
import { DEFAULT_ENVIRONMENT } from '../../../../src/store/store.ts';
import { startDashboard } from '../../../support/dashboard-app.ts';
import { CHANGES, flagIn, loggedIn, textOf } from '../../../support/dashboard-client.ts';

const PATH = '/dashboard/flags/progressive-rollout/experiment';
const FORM = {
  name: 'Do people <play> more?',
  rule: 'default',
  control: '1',
  treatment: '0',
  primary: 'play',
  other: 'like',
  units: '10000',
};

async function open() {
  const app = await startDashboard();
  const client = await loggedIn(app, 'operator');
  await client.post(CHANGES, { change: 'share', percentage: '50', version: 1 });
  return { app, client };
}

describe('a flag’s experiments', () => {
  test('one is designed, started, read, downloaded and stopped', async () => {
    const { app, client } = await open();
    expect(textOf((await client.get(PATH)).html)).toContain('No experiment yet');
    const made = await client.post(PATH, FORM);
    const [experiment] = await app.experiments.list(DEFAULT_ENVIRONMENT);
    expect(made.location).toBe(`${PATH}?id=${experiment?.id}&done=experiment-created`);
    expect(experiment?.design).toMatchObject({
      name: 'Do people <play> more?',
      control: { variation: 1, name: 'false' },
      treatments: [{ variation: 0, name: 'true' }],
      primary_metric: 'play',
      other_metrics: ['like'],
    });
    const draft = await client.get(PATH);
    expect(draft.html).toContain('Do people &lt;play&gt; more?');
    expect(textOf(draft.html)).toContain('It counts nothing before it is started');
    const started = await client.post(`${PATH}/${experiment?.id}/start`, {});
    expect(started.location).toBe(`${PATH}?id=${experiment?.id}&done=experiment-started`);
    expect(flagIn(app).definition.trackEventsFallthrough).toBe(true);
    expect(textOf((await client.get(PATH)).html)).toContain('Listeners by weight: as they should be');
    const csv = await client.get(`${PATH}/${experiment?.id}/csv`);
    expect(csv.headers.get('content-type')).toContain('text/csv');
    expect(csv.html.split('\r\n')[0]).toContain('metric,treatment,status');
    expect((await client.post(`${PATH}/${experiment?.id}/stop`, {})).status).toBe(303);
    expect((await app.experiments.get(experiment?.id ?? ''))?.status).toBe('stopped');
    expect((await client.post(`${PATH}/${experiment?.id}/start`, {})).status).toBe(409);
  });

  test('its effect is drawn over time, with how far it is and the figures as a table', async () => {
    const { app, client } = await open();
    await client.post(PATH, FORM);
    const [experiment] = await app.experiments.list(DEFAULT_ENVIRONMENT);
    await client.post(`${PATH}/${experiment?.id}/start`, {});
    const point = { metric: 0, variation: 0, units: 500, effect: 0.1, lower: -0.1, upper: 0.3 };
    const history = [point, { ...point, units: 900, lower: 0.05, upper: 0.15 }].map((each, index) =>
      Object.assign(each, { at: Date.UTC(2030, 0, 1, 12, index) }),
    );
    await app.database.write((db) => writePoints(db, experiment?.id ?? '', history));
    const { html } = await client.get(PATH);
    expect(textOf(html)).toContain('over time, now +10 %, from +5 % to +15 %');
    expect(textOf(html)).toContain('900 +10 % +5 % to +15 %');
    expect(html).toContain('class="effect-band"');
    expect(textOf(html)).toContain('0 of 10,000 planned listeners have come');
  });

  test('a second experiment on the rule cannot start while one runs', async () => {
    const { app, client } = await open();
    await client.post(PATH, FORM);
    await client.post(PATH, FORM);
    const [one, two] = await app.experiments.list(DEFAULT_ENVIRONMENT);
    await client.post(`${PATH}/${one?.id}/start`, {});
    const refused = await client.post(`${PATH}/${two?.id}/start`, {});
    expect(refused.status).toBe(409);
    expect(textOf(refused.html)).toContain('Another experiment runs on this rule');
  });

  test.each([
    [{ name: '' }, 'expected a name'],
    [{ treatment: '1' }, 'Choose two different variations'],
    [{ treatment: '7' }, 'Choose two different variations'],
    [{ primary: 'nothing' }, 'there is no metric'],
    [{ units: '5' }, 'expected a number of listeners from 100'],
  ])('%o designs nothing, and what was typed comes back', async (wrong, words) => {
    const { app, client } = await open();
    const answer = await client.post(PATH, { ...FORM, name: 'typed', ...wrong });
    expect(answer.status).toBe(422);
    expect(textOf(answer.html)).toContain(words);
    expect(answer.html).toMatch(/value="like" checked/);
    expect(await app.experiments.list(DEFAULT_ENVIRONMENT)).toEqual([]);
  });

  test('an experiment of another flag is not found here', async () => {
    const { app, client } = await open();
    await client.post(PATH, FORM);
    await client.post('/dashboard/flags', { key: 'new-player', description: '' });
    const [experiment] = await app.experiments.list(DEFAULT_ENVIRONMENT);
    expect((await client.get(`/dashboard/flags/new-player/experiment/${experiment?.id}/csv`)).status).toBe(
      404,
    );
    expect(
      (await client.post(`/dashboard/flags/new-player/experiment/${experiment?.id}/start`, {})).status,
    ).toBe(404);
  });

  test('a viewer reads and designs none', async () => {
    const { app, client } = await open();
    await client.post(PATH, FORM);
    const viewer = await loggedIn(app, 'viewer');
    expect((await viewer.get(PATH)).html).toContain('<fieldset class="fields" disabled>');
    expect((await viewer.post(PATH, FORM)).status).toBe(403);
  });
});
