import request from 'supertest';
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { openFilePlaylists } from '../../support/file-playlists.ts';
import { inventedTrack } from '../../support/memory-playlists.ts';
import { startSite, type SiteApp, type SiteOverrides } from '../../support/site-app.ts';

let site: SiteApp;

async function restart(overrides: SiteOverrides): Promise<void> {
  await site.close();
  site = await startSite(overrides);
}

beforeEach(async () => {
  site = await startSite();
});

afterEach(async () => {
  await site.close();
});

async function page(path: string) {
  const response = await request(site.url).get(path).set('Accept', 'text/html');
  return Object.assign(response, { text: withoutReferences(response.text) });
}

/** HTML with characters for their references, except for those that mean something in HTML (all of them ASCII). */
const withoutReferences = (html: string): string =>
  html.replaceAll(/&#(\d{3,});/g, (_reference, point) => String.fromCodePoint(Number(point)));

/** Track names in the order of the page, with entities as they came. */
const namesIn = (html: string): readonly string[] =>
  [...html.matchAll(/<h3 class="name">([^<]*)<\/h3>/g)].map(([, name = '']) => name);

describe('the page', () => {
  test('shows an anonymous listener the ten tracks of the old version', async () => {
    const { status, text } = await page('/');
    expect(status).toBe(200);
    expect(namesIn(text)).toHaveLength(10);
    expect(text).toContain('from the JSON file');
    expect(text).not.toContain('type="search"');
  });

  test('says nothing of a length and a year that are not known', async () => {
    await restart({
      tracks: [inventedTrack(1, { album_name: 'Demos', track_length: '0:00', release_date: '0001-01-01' })],
    });
    const { text } = await page('/?groups=beta_testers');
    expect(text).toContain('<span class="length">–</span>');
    expect(text).toContain('<span class="album">Demos</span>');
    expect(text).not.toContain('0001');
  });

  test('shows a beta tester the new version with search, order and pages', async () => {
    const { text } = await page('/?groups=beta_testers');
    expect(namesIn(text)).toHaveLength(50);
    expect(text).toContain('from the database');
    expect(text).toContain('1–50 of 120');
    expect(text).toContain('type="search"');
  });

  test('leads from page to page, and keeps the persona of its address', async () => {
    const first = await page('/?groups=beta_testers&limit=40');
    const next =
      /rel="next" href="([^"]+)"/.exec(first.text)?.[1]?.replaceAll('&amp;', '&').replaceAll('&#38;', '&') ??
      '';
    const second = await page(next);
    expect(namesIn(second.text)[0]).toBe('Song 41');
    expect(second.text).toContain('41–80 of 120');
    expect(second.text).toContain('<ol class="tracks" id="tracks" start="41">');
  });

  test.each([
    ['q=Band+3', 'Song 3'],
    ['sort=track_name&direction=desc', 'Song 120'],
    ['sort=release_date', 'Song 100'],
  ])('answers ?%s with %s first', async (query, first) => {
    const { text } = await page(`/?groups=beta_testers&${query}`);
    expect(namesIn(text)[0]).toBe(first);
  });

  test('says what to do when nothing is found', async () => {
    const { status, text } = await page('/?groups=beta_testers&q=xyzzy');
    expect(status).toBe(200);
    expect(text).toContain('Nothing in this crate');
  });

  test('offers the nearest words that find something', async () => {
    const playlists = openFilePlaylists([inventedTrack(1, { track_name: 'Blinding Lights' })]);
    onTestFinished(() => playlists.close());
    await restart({ topTen: playlists.topTen, fullPlaylist: playlists.fullPlaylist });
    const { text } = await page('/?groups=beta_testers&q=blinding+lihgts');
    const suggestion =
      /Did you mean <a href="([^"]+)"[^>]*>blinding lights<\/a>/.exec(text)?.[1] ?? 'missing';
    expect(namesIn((await page(suggestion.replaceAll('&amp;', '&').split('#')[0] ?? '')).text)).toEqual([
      'Blinding Lights',
    ]);
  });

  test('says why in a sentence, and gives the raw answer beneath', async () => {
    const { text } = await page('/?groups=beta_testers');
    expect(text).toContain(
      'You are a beta tester, and a rule of the flag “progressive-rollout” gives you the full crate.',
    );
    for (const raw of [
      'progressive-rollout',
      'true',
      '0',
      '{&#34;kind&#34;: &#34;RULE_MATCH&#34;',
      'local',
    ]) {
      expect(text).toContain(`<dd class="mono">${raw}`);
    }
  });

  test('tells a percentage with the listener’s place in it, and draws both', async () => {
    await restart({ rolloutPlace: () => ({ number: 34, percentage: 25 }) });
    const { text } = await page('/');
    expect(text).toContain('You are number 34 of 100; the full crate is at 25 % now, so not yet.');
    expect(text).toMatch(/class="scale-share"[^>]* width="25"/);
    expect(text).toMatch(/class="scale-tick" x="33.5"/);
  });

  test('leads to the dashboard and the API while listeners may say who they are', async () => {
    const links = /<a href="\/dashboard">Dashboard<\/a> <a href="\/docs">API<\/a>/;
    expect((await page('/')).text).toMatch(links);
    await restart({ demoIdentity: false });
    expect((await page('/')).text).not.toMatch(links);
  });

  test('is private: not stored, and different by cookie', async () => {
    const { headers } = await page('/');
    expect(headers['cache-control']).toBe('no-store, private');
    expect(headers['vary']).toContain('Cookie');
  });

  test('runs only scripts with the nonce of its own answer', async () => {
    const answers = await Promise.all([page('/'), page('/')]);
    const nonces = answers.map(({ headers, text }) => {
      const nonce = /'nonce-([^']+)'/.exec(String(headers['content-security-policy']))?.[1] ?? 'missing';
      expect(text).toContain(`nonce="${nonce.replaceAll('+', '&#43;')}"`.replaceAll('&#43;', '+'));
      return nonce;
    });
    expect(new Set(nonces).size).toBe(2);
    expect(answers[0].headers['content-security-policy']).toContain("object-src 'none'");
    expect(answers[0].headers['content-security-policy']).toContain("frame-ancestors 'none'");
  });

  test.each([
    '/?flag=<img onerror=alert(1)>',
    '/?settings[view options][client]=1&settings[view options][escapeFunction]=1',
    '/?__proto__[x]=1&constructor=2',
    '/?q=<script>alert(1)</script>&groups=beta_testers',
  ])('answers %s with 200 and nothing but text', async (path) => {
    const { status, text } = await page(encodeURI(path));
    expect(status).toBe(200);
    expect(text).not.toMatch(/<img|<script>/);
  });

  test('counts every view as an exposure of what was served', async () => {
    await page('/?user=alice&groups=beta_testers');
    expect(site.exposures).toMatchObject([
      { flagKey: 'progressive-rollout', version: 'database', context: { kind: 'user', key: 'alice' } },
    ]);
  });

  test('counts a view by the version of the flag that chose it, though a newer one came while the page waited', async () => {
    let flagVersion = 7;
    await restart({
      flagVersion: () => flagVersion,
      beforeVersion: async () => {
        flagVersion += 1;
      },
    });
    await page('/?user=alice&groups=beta_testers');
    expect(site.exposures).toMatchObject([{ flagVersion: 7, version: 'database' }]);
  });
});

describe('titles that look like code', () => {
  test.each([
    ['a closing script', '</script><script>alert(1)</script>'],
    ['a moustache', '{{7*7}}'],
    ['a template', '<%= 7*7 %>'],
    ['an attribute', '"><img src=x onerror=alert(1)>'],
    ['a right-to-left override', '\u202Egnp.exe'],
    ['a thousand accents', `Z${'\u0300'.repeat(1_000)}`],
    ['a prototype', '__proto__'],
    ['a method', 'toString'],
    ['SQL', "'; DROP TABLE track; --"],
  ])('such as %s are shown as text', async (_what, title) => {
    const fields = { track_name: title, artist: title, album_name: title };
    await restart({ tracks: [inventedTrack(1, fields)] });
    const { status, text } = await page('/');
    expect(status).toBe(200);
    const unescaped = namesIn(text)[0]
      ?.replaceAll('&lt;', '<')
      .replaceAll('&gt;', '>')
      .replaceAll('&#34;', '"')
      .replaceAll('&#39;', "'")
      .replaceAll('&amp;', '&');
    expect(unescaped).toBe(title);
    expect(text).not.toMatch(/<img|<script>/);
  });
});

describe('when the database version fails', () => {
  test.each(['/?groups=beta_testers', '/?groups=beta_testers&q=x&cursor=at-50'])(
    '%s serves the top 10 with a notice, and counts the failure for the new version',
    async (path) => {
      site.playlists.breakWith(new Error('disk I/O error'));
      const { status, text } = await page(path);
      expect(status).toBe(200);
      expect(namesIn(text)).toHaveLength(10);
      expect(text).toContain('The full crate cannot be opened right now');
      expect(text).not.toContain('disk I/O error');
      expect(site.tracked).toMatchObject([{ eventKey: 'playlist-error', data: { version: 'database' } }]);
      expect(site.failures).toMatchObject([{ flagKey: 'progressive-rollout', evaluation: { value: true } }]);
      expect(site.exposures).toMatchObject([{ version: 'json' }]);
      expect(site.takeLog()).toEqual([
        { level: 'error', message: 'the database version failed; the top 10 is served' },
      ]);
    },
  );

  test('a listener of the old version notices nothing', async () => {
    site.playlists.breakWith(new Error('disk I/O error'));
    const { text } = await page('/');
    expect(text).not.toContain('cannot be opened');
    expect(site.failures).toEqual([]);
  });
});

test('a page of the top 10 that a demo fails is counted, and shown all the same', async () => {
  await restart({ failsTopTen: () => true });
  const { status, text } = await page('/');
  expect(status).toBe(200);
  expect(namesIn(text)).toHaveLength(10);
  expect(site.tracked).toMatchObject([{ eventKey: 'playlist-error', data: { version: 'json' } }]);
  await page('/?groups=beta_testers');
  expect(site.tracked).toHaveLength(1);
});

describe('when the flag cannot be asked', () => {
  const silent = {
    track: () => undefined,
    onChange: () => () => undefined,
    status: () => ({ source: 'default', detail: 'Nobody answers.' }) as const,
    close: async () => undefined,
  };

  test.each([
    ['throws', () => Promise.reject(new Error('no flags'))],
    [
      'is no promise at all',
      () => {
        throw new Error('no flags');
      },
    ],
  ])('and the client %s, the top 10 is served', async (_how, variationDetail) => {
    await restart({ flags: { ...silent, variationDetail } });
    const { status, text } = await page('/?groups=beta_testers');
    expect(status).toBe(200);
    expect(namesIn(text)).toHaveLength(10);
    expect(text).toContain('Evaluating the flag “progressive-rollout” failed');
    expect(site.takeLog()).toEqual([{ level: 'error', message: 'the flag client threw' }]);
  });

  test.each([
    { value: 'yes' },
    { value: 1 },
    { value: {} },
    { value: [] },
    { value: null },
    { value: 'true' },
  ])('or it says $value, which is not true, the top 10 is served', async ({ value }) => {
    site.changeFlag({ variations: [value, false] });
    const { text } = await page('/?groups=beta_testers');
    expect(namesIn(text)).toHaveLength(10);
    expect(text).toContain('neither true nor false');
  });
});

describe('an address that the list does not have', () => {
  test.each([
    'limit=0',
    'limit=101',
    'limit=-1',
    'limit=1e9',
    'limit=abc',
    'limit=10;drop',
    'sort=constructor',
    'sort=rank;drop',
    'direction=up',
    'from=0',
    `q=${'x'.repeat(201)}`,
    `cursor=${'x'.repeat(2049)}`,
    'cursor=stale&from=51',
  ])('?%.40s shows the beginning of the list with a notice, and is a problem for programs', async (query) => {
    const html = await page(`/?groups=beta_testers&${query}`);
    expect(html.status).toBe(200);
    expect(namesIn(html.text)[0]).toBe('Song 1');
    expect(html.text).toContain('here is its beginning');
    expect(html.text).toContain('start="1"');
    const json = await request(site.url).get(`/api/playlist?groups=beta_testers&${query}`);
    expect(json.status).toBe(400);
    expect(json.body.code).toMatch(/^invalid_(query|cursor)$/);
    expect(site.failures).toEqual([]);
  });
});

describe('bad queries', () => {
  test.each([
    ['limit=1&limit=2', 'limit'],
    ['q=%00', 'q'],
    ['q=%E0%A4%A', 'percent-encoded'],
    [Array.from({ length: 21 }, (_, index) => `p${index}=1`).join('&'), 'parameters'],
    ['country=USA', 'country'],
    ['country=<script>', 'country'],
    ['groups=a%20b', 'groups'],
    ['groups=,', 'groups'],
    [`groups=${'x'.repeat(65)}`, 'groups'],
    [`groups=${Array.from({ length: 11 }, (_, index) => `g${index}`).join(',')}`, 'groups'],
    ['plan=%0d%0aSet-Cookie:x', 'plan'],
    [`plan=${'x'.repeat(65)}`, 'plan'],
    [`user=${'x'.repeat(129)}`, 'user'],
    ['user=%0d%0a', 'user'],
    ['user=%20alice', 'user'],
    ['user=a&user=b', 'user'],
    ['user=a%E2%80%AEb', 'user'],
  ])('?%.40s is a page with 400 that names %s', async (query, named) => {
    const html = await page(`/?${query}`);
    expect(html.status).toBe(400);
    expect(html.text).toContain(named);
    expect(html.text).toContain('To the playlist');
    expect(html.headers['cache-control']).toBe('no-store');
    const json = await request(site.url).get(`/api/playlist?${query}`);
    expect(json.status).toBe(400);
    expect(json.body).toMatchObject({ status: 400, code: 'invalid_query' });
    expect(json.text.length).toBeLessThan(2048);
  });

  test('a cursor of nothing is the asker’s mistake, and no failure of the new version', async () => {
    const { status, body } = await request(site.url).get('/api/playlist?groups=beta_testers&cursor=rubbish');
    expect(status).toBe(400);
    expect(body.code).toBe('invalid_cursor');
    expect(site.failures).toEqual([]);
  });

  test('an unknown address is a page in the same look, or a problem for programs', async () => {
    const html = await page('/nowhere');
    expect(html.status).toBe(404);
    expect(html.text).toContain('Nothing in this groove');
    const json = await request(site.url).get('/nowhere');
    expect(json.headers['content-type']).toContain('application/problem+json');
  });

  test.each([
    '/assets/..%2fpackage.json',
    '/assets/../package.json',
    '/assets/__proto__',
    '/assets/a%00b',
    '/%2e%2e/etc/passwd',
  ])('%s leads nowhere', async (path) => {
    expect((await page(path)).status).toBe(404);
  });

  test.each([
    ['post', '/'],
    ['delete', '/api/playlist'],
    ['get', '/track'],
    ['get', '/persona'],
  ] as const)('%s %s is 405 and says what is offered', async (method, path) => {
    const { status, headers } = await request(site.url)[method](path);
    expect(status).toBe(405);
    expect(headers['allow']).toBeTruthy();
  });
});

describe('the files', () => {
  test('that a page names may be kept for ever, and are there', async () => {
    const { text } = await page('/');
    const files = [...text.matchAll(/(?:href|src)="(\/assets\/[^"]+)"/g)].map(([, file = '']) => file);
    expect(files.length).toBeGreaterThanOrEqual(6);
    for (const file of files) {
      const { status, headers } = await request(site.url).get(file.replaceAll('&amp;', '&'));
      expect(status).toBe(200);
      expect(headers['cache-control']).toContain('immutable');
      expect(headers['set-cookie']).toBeUndefined();
    }
  });

  test('by an old address are asked for again', async () => {
    const { headers } = await request(site.url).get('/assets/site.css?v=old');
    expect(headers['cache-control']).toBe('no-cache');
  });
});
