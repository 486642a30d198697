import request from 'supertest';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startSite, type SiteApp } from '../../support/site-app.ts';

let site: SiteApp;

beforeEach(async () => {
  site = await startSite();
});

afterEach(async () => {
  await site.close();
});

const TRACK = { track_name: 'Song 1', artist: 'Band 1' };
const send = (fields: object, path = '/track?user=alice') =>
  request(site.url).post(path).type('form').send(fields);

const LOCATIONS: Readonly<Record<string, RegExp>> = {
  play: /^\/\?q=song&deck=([\w-]{11})#t-\1$/,
  like: /^\/\?q=song#t-[\w-]{11}$/,
  skip: /^\/\?q=song$/,
};

/** What the button of that name sends from the page. */
const valueOf = (html: string, name: string): string =>
  new RegExp(`name="${name}" value="([^"]+)"`).exec(html)?.[1] ?? 'missing';

describe('engagement', () => {
  test.each(['play', 'like', 'skip'])(
    '%s goes to the flag client, and the form leads back',
    async (action) => {
      const { status, headers } = await send({ action, ...TRACK, back: '/?q=song' });
      expect(status).toBe(303);
      expect(headers['location']).toMatch(LOCATIONS[action] ?? 'missing');
      expect(site.tracked).toMatchObject([
        { eventKey: action, context: { kind: 'user', key: 'alice' }, data: { ...TRACK, version: 'json' } },
      ]);
    },
  );

  test('as JSON is answered with 204', async () => {
    const { status } = await request(site.url)
      .post('/track')
      .send({ action: 'play', ...TRACK });
    expect(status).toBe(204);
    expect(site.tracked).toHaveLength(1);
  });

  test('playing leads to the page with the track on the deck, and skipping to the next one', async () => {
    const agent = request.agent(site.url);
    const before = await agent.get('/');
    expect(before.text).not.toContain('On the deck');
    const played = await agent
      .post('/track')
      .type('form')
      .send({ play: valueOf(before.text, 'play'), back: '/' });
    const playing = await agent.get(played.headers['location'] ?? '');
    expect(playing.text).toMatch(/On the deck<\/span> <strong>Song 1</);
    const deck = playing.text.slice(playing.text.indexOf('id="deck"'));
    const skipped = await agent
      .post('/track')
      .type('form')
      .send({ skip: valueOf(deck, 'skip'), back: valueOf(deck, 'back').replaceAll('&amp;', '&') });
    const next = await agent.get(skipped.headers['location'] ?? '');
    expect(site.tracked.map(({ eventKey, data }) => [eventKey, data])).toEqual([
      ['play', { ...TRACK, version: 'json' }],
      ['skip', { ...TRACK, version: 'json' }],
    ]);
    expect(next.text).toMatch(/On the deck<\/span> <strong>Song 2</);
  });

  test('lights a heart that stays lit, and counts it once', async () => {
    const agent = request.agent(site.url);
    for (let times = 0; times < 3; times++) {
      await agent
        .post('/track')
        .type('form')
        .send({ action: 'like', ...TRACK });
    }
    const { text } = await agent.get('/');
    expect(text.match(/aria-pressed="true"\s+aria-label="Like ([^"]+)"/)?.[1]).toBe('Song 1');
    expect(site.tracked).toHaveLength(1);
  });

  test.each([
    ['no action', TRACK],
    ['an unknown action', { action: 'dance', ...TRACK }],
    ['a method of objects', { action: 'constructor', ...TRACK }],
    ['no track', { action: 'play', artist: 'x' }],
    ['an empty artist', { action: 'play', track_name: 'x', artist: '' }],
    ['a name of 2,001 characters', { action: 'play', track_name: 'x'.repeat(2001), artist: 'x' }],
    ['a list', { action: 'play', track_name: ['a', 'b'], artist: 'x' }],
  ])('with %s is refused with 422 and counts nothing', async (_what, fields) => {
    for (const answer of [await send(fields), await request(site.url).post('/track').send(fields)]) {
      expect(answer.status).toBe(422);
      expect(answer.body.errors.length).toBeGreaterThan(0);
    }
    expect(site.tracked).toEqual([]);
  });

  test.each([
    ['text', 'text/plain', 'action=play', 415],
    ['half a JSON', 'application/json', '{"action":', 400],
    ['a polluting JSON', 'application/json', '{"__proto__":{"polluted":true}}', 400],
    ['more than 16 KB', 'application/x-www-form-urlencoded', `a=${'x'.repeat(17_000)}`, 413],
    ['more than 16 KB of JSON', 'application/json', `{"a":"${'x'.repeat(17_000)}"}`, 413],
    [
      '21 fields',
      'application/x-www-form-urlencoded',
      Array.from({ length: 21 }, (_, n) => `a${n}=1`).join('&'),
      413,
    ],
  ])('sent as %s is refused', async (_what, type, body, expected) => {
    const { status } = await request(site.url).post('/track').set('Content-Type', type).send(body);
    expect(status).toBe(expected);
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
  });
});

describe('the way back', () => {
  test.each([
    '//evil.example',
    '/\\evil.example',
    'https://evil.example/',
    'javascript:alert(1)',
    '/?a\r\nSet-Cookie: x=y',
    '/%0d%0aSet-Cookie:x',
    '/../x',
    '/track',
    ' /',
    '/?<script>',
    '',
  ])('%j leads to the playlist', async (back) => {
    const { status, headers } = await send({ action: 'play', ...TRACK, back });
    expect(status).toBe(303);
    expect(headers['location']).toBe('/');
  });

  test('keeps a search in any script', async () => {
    const { text } = await request(site.url).get('/?groups=beta_testers&q=S%C3%B6ng+1%27');
    expect(text).toContain('Nothing in this crate');
    const { headers } = await send({
      action: 'play',
      ...TRACK,
      back: '/?groups=beta_testers&q=S%C3%B6ng+1%27',
    });
    expect(headers['location']).toMatch(
      /^\/\?groups=beta_testers&q=S%C3%B6ng\+1%27&deck=[\w-]{11}#t-[\w-]{11}$/,
    );
  });
});

describe('a form from another site', () => {
  const FOREIGN = [
    { 'Sec-Fetch-Site': 'cross-site' },
    { 'Sec-Fetch-Site': 'same-site' },
    { 'Sec-Fetch-Site': 'rubbish' },
    { 'Sec-Fetch-Site': 'cross-site', Origin: 'own' },
    { Origin: 'https://evil.example' },
    { Origin: 'null' },
    { Origin: 'not an origin' },
  ];
  const OWN = [{}, { 'Sec-Fetch-Site': 'same-origin' }, { 'Sec-Fetch-Site': 'none' }, { Origin: 'own' }];
  const headersOf = (headers: Record<string, string>): Record<string, string> =>
    headers['Origin'] === 'own' ? { ...headers, Origin: site.url } : headers;

  test.each(['/track', '/persona'])(
    'is refused at %s with a page of 403, and changes nothing',
    async (path) => {
      for (const headers of FOREIGN) {
        const {
          status,
          text,
          headers: answered,
        } = await send({ action: 'play', ...TRACK, groups: 'beta_testers' }, path)
          .set('Accept', 'text/html')
          .set(headersOf(headers));
        expect([status, headers]).toEqual([403, headers]);
        expect(text).toContain('Not from there');
        expect(answered['set-cookie']).toBeUndefined();
      }
      expect(site.tracked).toEqual([]);
    },
  );

  test.each(['/track', '/persona'])('is another thing than one of our own, which %s takes', async (path) => {
    for (const headers of OWN) {
      const { status } = await send({ action: 'play', ...TRACK, groups: 'beta_testers' }, path).set(
        headersOf(headers),
      );
      expect([status, headers]).toEqual([303, headers]);
    }
  });
});
