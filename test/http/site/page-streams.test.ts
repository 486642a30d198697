import request from 'supertest';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { PROGRESSIVE_ROLLOUT, startSite, type SiteApp, type SiteOverrides } from '../../support/site-app.ts';
import { openSse, type SseClient } from '../../support/sse-client.ts';

let site: SiteApp;
let open: SseClient[];

async function restart(overrides: SiteOverrides): Promise<void> {
  await site.close();
  site = await startSite(overrides);
}

beforeEach(async () => {
  open = [];
  site = await startSite();
});

afterEach(async () => {
  for (const stream of open) stream.close();
  await site.close();
});

const OFF = { on: false };
const EVERYBODY = { fallthrough: { variation: 0 } };

async function listen(query = '', headers: Record<string, string> = {}): Promise<SseClient> {
  const stream = await openSse(`${site.url}/events${query}`, { headers });
  open.push(stream);
  return stream;
}

/** The mark that a page made now would carry. */
async function seenBy(query: string): Promise<string> {
  const { text } = await request(site.url).get(`/${query}`).set('Accept', 'text/html');
  return /data-events="[^"]*seen=([\w-]+)"/.exec(text)?.[1] ?? 'missing';
}

describe('the page’s stream', () => {
  test('tells a beta tester why the list changes when the flag is turned off', async () => {
    const stream = await listen('?groups=beta_testers');
    site.changeFlag(OFF);
    expect(await stream.next()).toEqual({
      event: 'version',
      data: { version: 'json', why: 'The flag “progressive-rollout” is off, so everyone gets the top 10.' },
    });
  });

  test('says nothing to those whose answer stays', async () => {
    const tester = await listen('?groups=beta_testers');
    const anonymous = await listen();
    site.changeFlag(EVERYBODY);
    expect(await anonymous.next()).toMatchObject({ event: 'version', data: { version: 'database' } });
    site.changeFlag(OFF);
    expect(await tester.next()).toMatchObject({ event: 'version', data: { version: 'json' } });
    expect(tester.events).toHaveLength(1);
  });

  test('mends the sleeve notes when only the reason changes', async () => {
    const anonymous = await listen();
    site.changeFlag(OFF);
    expect(await anonymous.next()).toMatchObject({ event: 'reason', data: { version: 'json' } });
  });

  test('sends every listener the version of their own', async () => {
    const anonymous = await listen();
    const tester = await listen('?groups=beta_testers');
    const german = await listen('?country=DE');
    const american = await listen('?country=US');
    site.changeFlag({
      rules: [{ clauses: [{ attribute: 'country', op: 'in', values: ['DE'] }], variation: 0 }],
    });
    await german.next();
    site.changeFlag(OFF);
    await Promise.all([anonymous.next(), tester.next(), tester.next(), german.next(), american.next()]);
    const told = [anonymous, tester, german, american].map(({ events }) =>
      events.map(({ event, data }) => `${event} ${JSON.parse(data).version}`),
    );
    expect(told).toEqual([
      ['reason json'],
      ['version json', 'reason json'],
      ['version database', 'version json'],
      ['reason json'],
    ]);
  });

  test('tells at once what changed between the page and its stream', async () => {
    const seen = await seenBy('?groups=beta_testers');
    site.changeFlag(OFF);
    const stream = await listen(`?groups=beta_testers&seen=${seen}`);
    expect(await stream.next()).toMatchObject({ event: 'version', data: { version: 'json' } });
  });

  test('tells a page that comes back what it missed, by the id of the last event', async () => {
    const before = await seenBy('?groups=beta_testers');
    site.changeFlag(OFF);
    const stream = await listen('?groups=beta_testers&seen=nonsense', { 'last-event-id': before });
    expect(await stream.next()).toMatchObject({ event: 'version', data: { version: 'json' } });
  });

  test('has nothing to say to a page that is right', async () => {
    const stream = await listen(`?groups=beta_testers&seen=${await seenBy('?groups=beta_testers')}`);
    site.changeFlag(OFF);
    expect(await stream.next()).toMatchObject({ event: 'version', data: { version: 'json' } });
    expect(stream.events).toHaveLength(1);
  });

  test('hears only of its own flag', async () => {
    const stream = await listen('?groups=beta_testers');
    site.snapshots.set({ ...PROGRESSIVE_ROLLOUT, key: 'another-flag', on: false });
    site.changeFlag(OFF);
    await stream.next();
    expect(stream.events).toHaveLength(1);
  });

  test('tells a thousand pages, each once', { timeout: 30_000 }, async () => {
    await restart({ streamLimits: { perProcess: 2_000, perAddress: 1_000 } });
    const streams = await Promise.all(
      Array.from({ length: 1_000 }, (_, index) => listen(index % 2 === 0 ? '?groups=beta_testers' : '')),
    );
    site.changeFlag({
      ...EVERYBODY,
      rules: [{ clauses: [{ attribute: 'groups', op: 'in', values: ['beta_testers'] }], variation: 1 }],
    });
    const events = await Promise.all(streams.map((stream) => stream.next()));
    expect(events.filter(({ event }) => event === 'version')).toHaveLength(1_000);
    expect(streams.every((stream) => stream.events.length === 1)).toBe(true);
  });

  test('is refused beyond what one address or this process may have, and free again when a page leaves', async () => {
    await restart({ streamLimits: { perProcess: 8, perAddress: 2 } });
    const [first] = [await listen(), await listen()];
    const refused = await request(site.url).get('/events');
    expect(refused.status).toBe(429);
    expect(refused.body.code).toBe('too_many_streams');
    expect(refused.headers['retry-after']).toBe('30');
    first.close();
    await expect.poll(() => site.streams.counts().open).toBe(1);
    expect((await listen()).status).toBe(200);
  });

  test('ends on drain, told when to come back, and lets go of the flags', async () => {
    const streams = await Promise.all([listen(), listen('?groups=beta_testers')]);
    expect(site.snapshots.listeners()).toBe(1);
    await site.site.closeStreams();
    await Promise.all(streams.map((stream) => stream.ended));
    expect(streams.map(({ retry }) => (retry ?? -1) >= 0 && (retry ?? 9_999) <= 3_000)).toEqual([true, true]);
    expect(site.snapshots.listeners()).toBe(0);
    expect(site.streams.counts().open).toBe(0);
  });

  test('of a bad persona is a problem, and no stream', async () => {
    const { status, body } = await request(site.url)
      .get('/events?country=USA')
      .set('Accept', 'text/event-stream');
    expect(status).toBe(400);
    expect(body.code).toBe('invalid_query');
  });
});
