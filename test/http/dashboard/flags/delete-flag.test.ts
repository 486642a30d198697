import { describe, expect, test } from 'vitest';
import { startDashboard } from '../../../support/dashboard-app.ts';
import { flagIn, loggedIn, textOf, CHANGES } from '../../../support/dashboard-client.ts';
import { PROGRESSIVE_ROLLOUT } from '../../../support/site-app.ts';

describe('deleting flags', () => {
  test('a flag that others need stays, and says who needs it', async () => {
    const child = {
      ...PROGRESSIVE_ROLLOUT,
      key: 'child',
      prerequisites: [{ key: 'progressive-rollout', variation: 0 }],
    };
    const app = await startDashboard({ flags: { 'progressive-rollout': PROGRESSIVE_ROLLOUT, child } });
    const client = await loggedIn(app, 'operator');
    const path = '/dashboard/flags/progressive-rollout/delete';
    expect(textOf((await client.get(path)).html)).toContain(
      'It cannot be deleted yet: it is a prerequisite of child',
    );
    const answer = await client.post(path, { version: 1 });
    expect(answer.status).toBe(409);
    expect(textOf(answer.html)).toContain('progressive-rollout is a prerequisite of child');
    expect((await client.post('/dashboard/flags/child/delete', { version: 1 })).location).toBe(
      '/dashboard?done=deleted',
    );
  });

  test('a flag that changed meanwhile is looked at once more before it goes', async () => {
    const app = await startDashboard();
    const client = await loggedIn(app, 'operator');
    await client.post(CHANGES, { change: 'off', version: 1 });
    const answer = await client.post('/dashboard/flags/progressive-rollout/delete', { version: 1 });
    expect(answer.status).toBe(409);
    expect(flagIn(app).version).toBe(2);
  });
});
