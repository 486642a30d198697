import { describe, expect, test } from 'vitest';
import { DEFAULT_ENVIRONMENT } from '../../../../src/store/store.ts';
import { startDashboard } from '../../../support/dashboard-app.ts';
import { loggedIn, textOf } from '../../../support/dashboard-client.ts';

const PAGE = '/dashboard/flags/progressive-rollout/release';
const FORM = { template: 'standard', from: 1, to: 0 };

async function opened() {
  const app = await startDashboard();
  const client = await loggedIn(app, 'operator');
  const latest = async () => {
    const [release] = await app.releases.releases.list({ environment: DEFAULT_ENVIRONMENT, limit: 1 });
    return release!;
  };
  const command = async (kind: string) => client.post(`${PAGE}/${(await latest()).id}/${kind}`, {});
  const text = async () => textOf((await client.get(PAGE)).html);
  return { app, client, latest, command, text };
}

describe('the release page of a flag', () => {
  test('starts a release from a template, and shows its plan, guards and decisions', async () => {
    const { client, latest, command, text } = await opened();
    expect(await text()).toContain('No release of this flag yet');
    expect((await client.post(PAGE, FORM)).location).toBe(`${PAGE}?done=release-started`);
    expect(await latest()).toMatchObject({ plan: { flag: 'progressive-rollout', from: 1, to: 0 } });
    expect((await command('start')).location).toBe(`${PAGE}?done=release-changed`);
    const page = await text();
    expect(page).toContain('Running');
    expect(page).toContain('Started by');
    expect(page).toContain('The new version is at 5 % of 100 %');
    expect(page).toContain('5 % for 15m');
    expect(page).toContain('only 0 of the 30 listeners that a verdict needs');
  });

  test('carries out what an operator decides, and offers only what can be done', async () => {
    const { client, command, latest, text } = await opened();
    await client.post(PAGE, FORM);
    await command('start');
    await command('pause');
    const paused = await client.get(PAGE);
    expect(paused.html).toContain('/resume"');
    expect(paused.html).not.toContain('/pause"');
    await command('resume');
    await command('advance');
    expect((await latest()).state).toMatchObject({ state: 'running', stage: 1, share: 25_000 });
    await command('rollback');
    expect(await text()).toContain('Rolled back by');
    const refused = await command('advance');
    expect(refused.status).toBe(409);
    expect(textOf(refused.html)).toContain('the release is over: rolled-back');
    expect(textOf(refused.html)).toContain('Start a release');
  });

  test('says all that is wrong with a release that cannot be', async () => {
    const { client } = await opened();
    const answer = await client.post(PAGE, { ...FORM, from: 0, to: 7 });
    expect(answer.status).toBe(422);
    expect(textOf(answer.html)).toContain('What is released: expected an index from 0 to 1, got 7');
    expect((await client.post(PAGE, { ...FORM, template: 'bold' })).status).toBe(422);
    expect((await client.post(`${PAGE}/none/explode`, {})).status).toBe(404);
    await client.post(PAGE, FORM);
    const second = await client.post(PAGE, FORM);
    expect(textOf(second.html)).toContain('is under way on this rule');
  });

  test('lets a viewer look, and change nothing', async () => {
    const { app, client } = await opened();
    await client.post(PAGE, FORM);
    const viewer = await loggedIn(app, 'viewer');
    const page = await viewer.get(PAGE);
    expect(page.status).toBe(200);
    expect(page.html).not.toContain('/start"');
    expect((await viewer.post(PAGE, FORM)).status).toBe(403);
  });
});
