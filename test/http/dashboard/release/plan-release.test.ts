import { describe, expect, test } from 'vitest';
import { DEFAULT_ENVIRONMENT } from '../../../../src/store/store.ts';
import { startDashboard } from '../../../support/dashboard-app.ts';
import { loggedIn, textOf } from '../../../support/dashboard-client.ts';

const RELEASE = '/dashboard/flags/progressive-rollout/release';
const PLAN = `${RELEASE}/plan`;
const FORM = {
  from: 1,
  to: 0,
  start: 'manual',
  rises: 'stages',
  'share-0': '10',
  'hold-0': '5m',
  'share-1': '100',
  'hold-1': '10m',
  'approval-1': 'yes',
  'metric-0': 'playlist-error',
  'margin-0': '20',
  'margin-of-0': 'relative',
  'action-0': 'pause',
  freeze: 'saturday, sunday 00:00-24:00',
  'holdback-share': '5',
  'holdback-watch': '1h',
  traffic: '20',
  'control-rate': '1',
  'new-rate': '10',
} as const;

async function opened() {
  const app = await startDashboard();
  const client = await loggedIn(app, 'operator');
  const templates = () => app.releases.templates.list();
  return { app, client, templates };
}

describe('the page of a plan', () => {
  test('starts a release of the plan that somebody wrote', async () => {
    const { app, client } = await opened();
    const form = { ...FORM, do: 'start' };
    expect((await client.post(PLAN, form)).location).toBe(`${RELEASE}?done=release-started`);
    const [release] = await app.releases.releases.list({ environment: DEFAULT_ENVIRONMENT, limit: 1 });
    expect(release?.state.state).toBe('scheduled');
    expect(release?.plan).toMatchObject({
      from: 1,
      to: 0,
      guards: [{ margin: { kind: 'relative', part: 0.2 }, action: 'pause' }],
      stages: [
        { share: 10_000, holdMs: 300_000, needsApproval: false, kind: 'stage' },
        { share: 95_000, holdMs: 3_600_000, needsApproval: true, kind: 'holdback' },
      ],
    });
  });

  test('looks ahead, changes nothing, and keeps what was typed', async () => {
    const { app, client } = await opened();
    const page = await client.post(PLAN, { ...FORM, start: 'now', do: 'forecast' });
    expect(page.status).toBe(200);
    const text = textOf(page.html);
    expect(text).toContain('10 % for 5m');
    expect(text).toContain('once somebody approves it');
    expect(text).toContain('playlist-error: 1 % of listeners on the old version, 10 % on the new one.');
    expect(text).toMatch(/Caught in 100 % .* of 200 simulated releases/);
    expect(page.html).toContain('value="5m"');
    expect(await app.releases.releases.list({ environment: DEFAULT_ENVIRONMENT, limit: 1 })).toEqual([]);
  });

  test('keeps a plan as a template, shows it again, changes and forgets it', async () => {
    const { client, templates } = await opened();
    const kept = { ...FORM, name: 'evening & night', description: 'Ours.', do: 'save' };
    const saved = await client.post(PLAN, kept);
    expect(saved.location).toBe(`${PLAN}?template=evening+%26+night&done=template-saved`);
    const page = await client.get(saved.location ?? '');
    expect(page.html).toContain('name="share-1" value="100"');
    expect(page.html).toContain('saturday, sunday 00:00-24:00');
    expect(textOf((await client.get(RELEASE)).html)).toContain('evening &amp; night Ours.');
    await client.post(PLAN, { ...kept, description: 'Theirs.' });
    expect((await templates()).find(({ name }) => name === 'evening & night')).toMatchObject({
      description: 'Theirs.',
      course: { holdback: { share: 5, watch: '1h' }, approvals: [1] },
    });
    const address = `${RELEASE}/templates/${encodeURIComponent('evening & night')}/delete`;
    expect((await client.post(address, {})).location).toBe(`${PLAN}?done=template-deleted`);
    expect((await templates()).map(({ name }) => name)).toEqual(['cautious', 'fast', 'standard']);
    expect((await client.post(address, {})).status).toBe(404);
  });

  test('says all that is wrong, in the words of the form, and keeps what was typed', async () => {
    const { client, templates } = await opened();
    const wrong = { ...FORM, 'share-0': 'half', 'hold-1': 'long', freeze: 'whenever', do: 'save', name: 'x' };
    const typed = await client.post(PLAN, wrong);
    expect(typed.status).toBe(422);
    expect(textOf(typed.html)).toMatch(/Freeze window 1: .* Stage 1, share: .* Stage 2, hold: /);
    expect(typed.html).toContain('value="half"');
    const falling = { ...FORM, to: 1, 'share-1': '5', 'metric-0': 'no-such', do: 'start' };
    const text = textOf((await client.post(PLAN, falling)).html);
    for (const field of ['What is released: ', 'Stage 2, share: ', 'Guard 1, metric: '])
      expect(text).toContain(field);
    expect((await client.post(PLAN, { ...FORM, do: 'explode' })).status).toBe(422);
    expect((await client.post(PLAN, { ...FORM, do: 'save' })).status).toBe(422);
    expect((await client.post(PLAN, { ...FORM, traffic: 'many', do: 'forecast' })).status).toBe(422);
    expect(await templates()).toHaveLength(3);
  });

  test('is to look at for viewers', async () => {
    const { app } = await opened();
    const viewer = await loggedIn(app, 'viewer');
    expect((await viewer.get(`${PLAN}?template=cautious`)).html).toContain('name="share-4" value="100"');
    expect((await viewer.get(`${PLAN}?template=none`)).status).toBe(200);
    expect((await viewer.post(PLAN, { ...FORM, do: 'start' })).status).toBe(403);
    expect((await viewer.post(`${RELEASE}/templates/fast/delete`, {})).status).toBe(403);
  });
});
