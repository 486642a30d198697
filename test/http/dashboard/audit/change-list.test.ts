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

  test.each([
    [{ id: 'release:4e6f', via: 'release' }, 'A release turned it off'],
    [{ id: 'experiment:4e6f', via: 'experiment' }, 'An experiment turned it off'],
    [{ id: 'release:4e6f', via: 'api' }, 'release:4e6f, by API, turned it off'],
  ] as const)('%o is named for people', async (author, words) => {
    const app = await startDashboard();
    const client = await loggedIn(app, 'viewer');
    await app.store.change(author, {
      type: 'put-flag',
      environment: DEFAULT_ENVIRONMENT,
      key: PROGRESSIVE_ROLLOUT.key,
      definition: { ...PROGRESSIVE_ROLLOUT, on: false },
    });
    expect(textOf((await client.get('/dashboard/audit')).html)).toContain(words);
  });
});
