import { expect, test } from 'vitest';
import { parsePageLoad } from '../../../src/http/site/page-load.ts';
import { startApp } from '../../support/running-app.ts';

test('the time that a page took to load is a metric event of its listener', async () => {
  const app = await startApp();
  const report = (milliseconds: unknown): Promise<Response> =>
    fetch(`${app.url}/page-load?user=alice`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: app.url },
      body: JSON.stringify({ milliseconds }),
    });
  expect((await report(812.5)).status).toBe(204);
  expect((await report('soon')).status).toBe(422);
  const exported = async (): Promise<string> => {
    const response = await fetch(`${app.url}/export/events`, {
      headers: { authorization: `Bearer ${app.key('ADMIN_TOKEN')}` },
    });
    return await response.text();
  };
  await expect
    .poll(exported, { timeout: 5_000 })
    .toMatch(
      /^\{"type":"metric","at":"[^"]+","event_key":"page-load","context_kind":"user","context_key":"alice","value":812.5\}\n$/,
    );
});

test.each([-1, 600_001, null])('%s milliseconds are refused', (milliseconds) => {
  expect(() => parsePageLoad({ milliseconds })).toThrow(/milliseconds/);
});
