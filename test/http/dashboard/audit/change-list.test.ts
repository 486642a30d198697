import { describe, expect, test } from 'vitest';
import { DEFAULT_ENVIRONMENT } from '../../../../src/store/store.ts';
import { startDashboard } from '../../../support/dashboard-app.ts';
import { loggedIn, textOf } from '../../../support/dashboard-client.ts';
import { PROGRESSIVE_ROLLOUT } from '../../../support/site-app.ts';
import { TESTER } from '../../../support/tester.ts';

describe('the audit log', () => {
  test('the log comes in pages, newest first', async () => {
    const app = await startDashboard();
    const client = await loggedIn(app, 'operator');
    for (let version = 1; version <= 30; version += 1) {
      await app.store.change(TESTER, {
        type: 'put-flag',
        environment: DEFAULT_ENVIRONMENT,
        key: PROGRESSIVE_ROLLOUT.key,
        definition: { ...PROGRESSIVE_ROLLOUT, on: version % 2 === 0 },
      });
    }
    const first = await client.get('/dashboard/audit');
    const earlier = /href="([^"]+)">Earlier</.exec(first.html)?.[1] ?? '';
    const second = await client.get(earlier);
    const lines = (html: string) => (html.match(/<li class="change">/g) ?? []).length;
    expect([lines(first.html), lines(second.html)]).toEqual([25, 6]);
    expect(second.html).toContain('>Latest<');
    expect(textOf(second.html)).toContain('DJ Toggle, at the start, created the flag');
    expect((await client.get('/dashboard/audit?before=x')).status).toBe(400);
  });
});
