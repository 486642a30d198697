import { createServer } from 'node:http';
import { once } from 'node:events';
import { expect, onTestFinished, test } from 'vitest';
import { startApp } from '../support/running-app.ts';

/** A LaunchDarkly that never answers: who decides does not depend on it. */
async function silentLaunchDarkly(): Promise<string> {
  const server = createServer(() => {}).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('expected a port');
  return `http://127.0.0.1:${address.port}`;
}

test('a release of the flag that LaunchDarkly serves is refused with why, and another flag is released here', async () => {
  const uri = await silentLaunchDarkly();
  const app = await startApp({
    AUTH: 'off',
    LD_SDK_KEY: 'sdk-of-launchdarkly',
    LD_BASE_URI: uri,
    LD_STREAM_URI: uri,
    LD_EVENTS_URI: uri,
  });
  const post = async (path: string, body: object) => {
    const response = await fetch(`${app.url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return { status: response.status, body: await response.text() };
  };
  const plan = { from: 1, to: 0, stages: [{ share: 10, hold: '1m' }], start: 'manual' };
  const refused = await post('/releases', { ...plan, flag: 'progressive-rollout' });
  expect(refused.status).toBe(409);
  expect(refused.body).toContain('LaunchDarkly serves this flag, since LD_SDK_KEY is set');
  await post('/flags', { flag_name: 'own', status: true, rollout_percentage: 0 });
  expect((await post('/releases', { ...plan, flag: 'own' })).status).toBe(201);
});
