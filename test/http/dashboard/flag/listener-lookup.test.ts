import { describe, expect, test } from 'vitest';
import { startDashboard } from '../../../support/dashboard-app.ts';
import { CHANGES, loggedIn, textOf } from '../../../support/dashboard-client.ts';

const PAGE = '/dashboard/flags/progressive-rollout';

async function at(percentage: string) {
  const app = await startDashboard();
  const client = await loggedIn(app, 'operator');
  await client.post(CHANGES, { change: 'share', percentage, version: 1 });
  return client;
}

const tickIn = (html: string): number => Number(/class="slot-tick" x1="([\d.]+)%/.exec(html)?.[1] ?? 'NaN');
const numberIn = (html: string): number => Number(/is number (\d+) of 100/.exec(html)?.[1] ?? 'NaN');

describe('looking up a listener', () => {
  test('says their number and what they get, and marks their place on the fader', async () => {
    const client = await at('25');
    for (const user of ['ann', 'bob', 'cleo', 'dan', 'eve']) {
      const { html } = await client.get(`${PAGE}?listener=${user}`);
      const number = numberIn(html);
      const gets = number <= 25 ? 'true' : 'false';
      expect(textOf(html)).toContain(`${user} is number ${number} of 100, and gets ${gets}.`);
      const knob = Number(/class="knob" x="([\d.]+)%/.exec(html)?.[1]);
      expect(tickIn(html) <= knob).toBe(gets === 'true');
    }
  });

  test('where no percentage decides there is no mark', async () => {
    const client = await at('25');
    await client.post(CHANGES, { change: 'add-target', user: 'ann', variation: 0, version: 2 });
    const { html } = await client.get(`${PAGE}?listener=ann`);
    expect(textOf(html)).toContain('ann gets true, and no percentage decides it.');
    expect(tickIn(html)).toBeNaN();
  });

  test('nothing typed says nothing, and markup stays text', async () => {
    const client = await at('25');
    expect((await client.get(PAGE)).html).toMatch(/<p role="status"><\/p>/);
    expect((await client.get(`${PAGE}?listener=%3Cb%3E`)).html).toContain('&lt;b&gt; is number');
  });

  test('the list of flags offers none', async () => {
    const client = await at('25');
    expect((await client.get('/dashboard')).html).not.toContain('name="listener"');
  });
});
