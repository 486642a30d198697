import { randomBytes } from 'node:crypto';
import request from 'supertest';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createCookieSigner } from '../../../src/http/auth/signed-cookie.ts';
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

interface Seen {
  readonly status: number;
  readonly key: string;
  readonly groups: readonly string[];
  readonly version: string;
  /** `name=value` of each cookie set. */
  readonly cookies: readonly string[];
}

async function visit(cookie?: string, query = ''): Promise<Seen> {
  const call = request(site.url).get(`/api/playlist${query}`);
  const { status, body, headers } = await (cookie === undefined ? call : call.set('Cookie', cookie));
  const set: unknown = headers['set-cookie'] ?? [];
  return {
    status,
    key: body.listener.key,
    groups: body.listener.groups,
    version: body.version,
    cookies: (Array.isArray(set) ? set : [set]).map((line) => String(line).split(';')[0] ?? ''),
  };
}

const become = async (persona: string): Promise<string> => {
  const { headers } = await request(site.url).post('/persona').type('form').send(persona);
  return String(headers['set-cookie']).split(';')[0] ?? '';
};

describe('a listener', () => {
  test('gets a random key of 128 bits in a cookie that scripts and other sites cannot read', async () => {
    const { headers, body } = await request(site.url).get('/api/playlist');
    const cookie = String(headers['set-cookie']);
    expect(Buffer.from(body.listener.key, 'base64url')).toHaveLength(16);
    expect(cookie).toMatch(/^listener=[\w-]+\.[\w-]{43}; Max-Age=31536000; Path=\/; HttpOnly; SameSite=Lax$/);
  });

  test('keeps it, and is sent no other', async () => {
    const first = await visit();
    const second = await visit(first.cookies[0]);
    expect(second).toEqual({ ...first, cookies: [] });
  });

  test('behind https gets it with Secure and the __Host- prefix', async () => {
    await restart({ secureCookies: true });
    const { headers } = await request(site.url).get('/');
    expect(String(headers['set-cookie'])).toMatch(/^__Host-listener=.*; HttpOnly; Secure; SameSite=Lax$/);
  });

  test('whose cookie was signed with an older secret keeps the key, signed anew', async () => {
    const old = `listener=${createCookieSigner(['older']).sign('listener', 'k')}`;
    await restart({ cookieSecrets: () => ['newer', 'older'] });
    const seen = await visit(old);
    expect(seen.key).toBe('k');
    expect(seen.cookies).toEqual([`listener=${createCookieSigner(['newer']).sign('listener', 'k')}`]);
  });
});

describe('a cookie that does not verify', () => {
  const forged = createCookieSigner(['another secret']).sign('listener', 'victim');
  const persona = createCookieSigner(['a secret of the test suite']).sign('persona', 'victim');

  test.each([
    ['rubbish', 'listener=rubbish'],
    ['malformed percent-encoding', 'listener=%E0%A4%A'],
    ['9 KB', `listener=${'x'.repeat(9_000)}`],
    ['a prototype', '__proto__=x; constructor=y'],
    ['nothing', 'listener='],
    ['quotes', 'listener="abc"'],
    ['an encoded NUL', 'listener=a%00b'],
    ['encoded line breaks', 'listener=a%0d%0aSet-Cookie:%20x=y'],
    ['a forged signature', `listener=${forged}`],
    ['a cookie of another name', `listener=${persona}`],
    ['separators only', ';;;=;=;'],
  ])('(%s) gets a fresh listener, the page, and nothing back', async (_what, cookie) => {
    const { status, text, headers } = await request(site.url).get('/').set('Cookie', cookie);
    expect(status).toBe(200);
    expect(String(headers['set-cookie'])).toMatch(/^listener=/);
    expect(text).not.toMatch(/victim|rubbish|xxxxx/);
  });

  test('because the same name came twice is not believed either', async () => {
    const { cookies, key } = await visit();
    const seen = await visit(`${cookies[0]}; ${cookies[0]}`);
    expect(seen.key).not.toBe(key);
  });

  test('is never accepted with any byte flipped, and never costs the page', async () => {
    const [cookie = ''] = (await visit()).cookies;
    const { key } = await visit(cookie);
    const start = 'listener='.length;
    const seen = await Promise.all(
      Array.from({ length: cookie.length - start }, (_, offset) => {
        const at = start + offset;
        return visit(`${cookie.slice(0, at)}${cookie[at] === 'A' ? 'B' : 'A'}${cookie.slice(at + 1)}`);
      }),
    );
    expect(seen.filter(({ status }) => status !== 200)).toEqual([]);
    expect(seen.filter((one) => one.key === key)).toEqual([]);
  });
});

describe('a persona', () => {
  test('said in the address counts for that page', async () => {
    expect(await visit(undefined, '?user=alice&groups=beta_testers')).toMatchObject({
      key: 'alice',
      groups: ['beta_testers'],
      version: 'database',
    });
  });

  test('picked in the form is kept in a signed cookie', async () => {
    const cookie = await become('groups=beta_testers&country=DE&plan=');
    expect(cookie).toMatch(/^persona=/);
    expect(await visit(cookie)).toMatchObject({ groups: ['beta_testers'], version: 'database' });
  });

  test('in the address wins over the one in the cookie, also when it says no groups', async () => {
    const cookie = await become('groups=beta_testers');
    expect(await visit(cookie, '?groups=')).toMatchObject({ groups: [], version: 'json' });
  });

  test('that is anonymous clears the cookie', async () => {
    const { headers, status } = await request(site.url)
      .post('/persona')
      .type('form')
      .send('persona=anonymous&country=DE');
    expect(status).toBe(303);
    expect(String(headers['set-cookie'])).toMatch(/^persona=; Max-Age=0/);
  });

  test('forged in a cookie is anonymous', async () => {
    const forged = createCookieSigner(['another secret']).sign('persona', '{"groups":["beta_testers"]}');
    expect(await visit(`persona=${forged}`)).toMatchObject({ groups: [], version: 'json' });
  });

  test.each([
    'not json',
    '{"groups":"beta_testers"}',
    '{"groups":[1]}',
    'null',
    '[]',
    '{"groups":[],"country":"Mars"}',
  ])('from an older release, %s, is anonymous', async (stored) => {
    const cookie = createCookieSigner(['a secret of the test suite']).sign('persona', stored);
    expect(await visit(`persona=${cookie}`)).toMatchObject({ status: 200, groups: [], version: 'json' });
  });

  test('becomes a LaunchDarkly context of kind user', async () => {
    await visit(undefined, '?user=alice&groups=beta_testers,staff&country=us&plan=premium');
    await visit(undefined, '?');
    expect(site.exposures.map(({ context }) => context)).toEqual([
      { kind: 'user', key: 'alice', groups: ['beta_testers', 'staff'], country: 'US', plan: 'premium' },
      { kind: 'user', key: expect.stringMatching(/^[\w-]{22}$/), groups: [], anonymous: true },
    ]);
  });

  test('is ignored when listeners may not say who they are', async () => {
    const cookie = await become('groups=beta_testers');
    await restart({ demoIdentity: false });
    expect(await visit(cookie, '?user=alice&groups=beta_testers&country=nonsense')).toMatchObject({
      status: 200,
      groups: [],
      version: 'json',
    });
    expect((await request(site.url).get('/')).text).not.toContain('Listening as');
    expect((await request(site.url).post('/persona').type('form').send('groups=x')).status).toBe(404);
  });

  test.each(['country=USA', 'groups=a b', `user=${'x'.repeat(200)}`, 'user=a&user=b', 'plan=<b>'])(
    'that does not validate, %.30s, is refused by the form with 400 and sets nothing',
    async (persona) => {
      const { status, headers } = await request(site.url).post('/persona').type('form').send(persona);
      expect(status).toBe(400);
      expect(headers['set-cookie']).toBeUndefined();
    },
  );
});

test('two hundred listeners at once each see only their own answer', async () => {
  const people = Array.from({ length: 200 }, (_, index) => ({
    user: `listener-${index}-${randomBytes(4).toString('hex')}`,
    beta: index % 2 === 0,
  }));
  const pages = await Promise.all(
    people.map(({ user, beta }) =>
      request(site.url)
        .get(`/?user=${user}${beta ? '&groups=beta_testers' : ''}`)
        .set('Accept', 'text/html'),
    ),
  );
  for (const [index, { text }] of pages.entries()) {
    const { user, beta } = people[index] ?? { user: 'missing', beta: false };
    expect(text.includes('data-version="database"')).toBe(beta);
    expect(new Set(text.match(/listener-\d+-[0-9a-f]{8}/g))).toEqual(new Set([user]));
  }
});
