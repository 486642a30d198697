import { describe, expect, test } from 'vitest';
import { DEFAULT_ENVIRONMENT } from '../../../../src/store/store.ts';
import { startDashboard } from '../../../support/dashboard-app.ts';
import { loggedIn, textOf } from '../../../support/dashboard-client.ts';

const FORM = {
  flag: 'progressive-rollout',
  instruction: 'set',
  percentage: '25',
  at: '2099-05-04T14:30',
  comment: '',
};

describe('scheduling changes', () => {
  test('a change is planned at its time in UTC, listed, and cancelled', async () => {
    const app = await startDashboard();
    const client = await loggedIn(app, 'operator');
    const answer = await client.post('/dashboard/schedules', { ...FORM, comment: 'friday <launch>' });
    expect(answer.location).toBe('/dashboard/schedules?done=schedule-created');
    const [schedule] = await app.schedules.list({ environment: DEFAULT_ENVIRONMENT, limit: 9 });
    expect(schedule).toMatchObject({
      flag: 'progressive-rollout',
      instruction: { kind: 'set', rolloutPercentage: 25 },
      dueAt: Date.UTC(2099, 4, 4, 14, 30),
      comment: 'friday <launch>',
      state: 'waiting',
    });
    const page = await client.get('/dashboard/schedules');
    expect(page.html).toContain('friday &lt;launch&gt;');
    expect(textOf(page.html)).toContain('set the default rule to 25 % at 4 May 2099, 14:30 UTC');
    const cancelled = await client.post(`/dashboard/schedules/${schedule?.id}/cancel`, {});
    expect(cancelled.location).toBe('/dashboard/schedules?done=schedule-cancelled');
    expect(textOf((await client.get('/dashboard/schedules')).html)).toContain('cancelled');
    expect((await client.post(`/dashboard/schedules/${schedule?.id}/cancel`, {})).status).toBe(409);
  });

  test.each([
    [{ flag: 'nothing' }, 'There is no flag called nothing'],
    [{ at: '2001-01-01T00:00' }, 'expected a time to come'],
    [{ at: 'tomorrow' }, 'expected a date and a time'],
    [{ percentage: '101' }, 'expected a percentage from 0 to 100'],
    [{ percentage: '' }, 'expected a percentage from 0 to 100'],
    [{ instruction: 'explode' }, 'expected one of the changes'],
  ])('%o plans nothing, and what was typed comes back', async (wrong, words) => {
    const app = await startDashboard();
    const client = await loggedIn(app, 'operator');
    const answer = await client.post('/dashboard/schedules', { ...FORM, ...wrong });
    expect(answer.status).toBe(422);
    expect(textOf(answer.html)).toContain(words);
    expect(answer.html).toContain(`name="flag" value="${{ ...FORM, ...wrong }.flag}"`);
    expect(await app.schedules.list({ environment: DEFAULT_ENVIRONMENT, limit: 9 })).toEqual([]);
  });

  test('a viewer sees schedules and plans none', async () => {
    const app = await startDashboard();
    const client = await loggedIn(app, 'viewer');
    expect((await client.get('/dashboard/schedules')).html).toMatch(/<fieldset class="fields" disabled>/);
    expect((await client.post('/dashboard/schedules', FORM)).status).toBe(403);
  });
});
