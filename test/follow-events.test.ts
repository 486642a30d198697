import { describe, expect, test } from 'vitest';
import { startApp } from './support/running-app.ts';

const ADMIN_TOKEN = 'token-of-the-administrator-0123456789';
const SDK_KEY = 'sdk-of-an-application-0123456789';

describe('what applications report', () => {
  test('is in the sample of previews and in the meters, like what the site serves', async () => {
    const { url } = await startApp({ ADMIN_TOKEN, SDK_KEY });
    const headers = { Authorization: `Bearer ${ADMIN_TOKEN}`, 'Content-Type': 'application/json' };
    const at = Date.now();
    const sent = await fetch(`${url}/bulk`, {
      method: 'POST',
      headers: { Authorization: SDK_KEY, 'Content-Type': 'application/json' },
      body: JSON.stringify([
        { kind: 'index', creationDate: at, context: { kind: 'user', key: 'dora', groups: ['staff'] } },
        {
          kind: 'summary',
          startDate: at - 1000,
          endDate: at,
          features: {
            'progressive-rollout': {
              default: false,
              contextKinds: ['user'],
              counters: [{ value: false, variation: 1, version: 1, count: 7 }],
            },
          },
        },
      ]),
    });
    expect(sent.status).toBe(202);

    const metrics = await (await fetch(`${url}/metrics`, { headers })).text();
    expect(metrics).toMatch(/djtoggle_evaluations_total\{flag="progressive-rollout",variation="1"\} 7/);
    const preview = await fetch(`${url}/flags/progressive-rollout/preview`, {
      method: 'POST',
      headers,
      body: JSON.stringify({ rollout_percentage: 100 }),
    });
    expect(preview.status).toBe(200);
    expect(JSON.stringify(await preview.json())).toContain('dora');
  });
});
