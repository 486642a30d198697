import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { freshApi } from '../../../support/api-app.ts';

const THREE_WAYS = {
  on: true,
  variations: ['red', 'green', 'blue'],
  offVariation: 0,
  fallthrough: { variation: 1 },
};

describe('creating a flag', () => {
  test('takes the simple fields alone', async () => {
    const { api } = await freshApi();
    const created = await api.post('/flags', { flag_name: 'new-ui', status: true, rollout_percentage: 12.5 });
    expect(created.status).toBe(201);
    expect(created.headers.get('location')).toBe('/flags/new-ui');
    expect(created.headers.get('etag')).toBe('"1"');
    expect(created.at('/definition/fallthrough')).toEqual({
      rollout: {
        variations: [
          { variation: 0, weight: 12_500 },
          { variation: 1, weight: 87_500 },
        ],
      },
    });
  });

  test('takes the microservice’s bucketing as a simple field, and gives it back', async () => {
    const { api } = await freshApi();
    const flag = { flag_name: 'new-ui', status: true, rollout_percentage: 50, bucketing: 'sha256-percent' };
    const created = await api.post('/flags', flag);
    expect(created.body).toMatchObject({ ...flag, definition: { bucketing: 'sha256-percent' } });
    const enabled = async (user: string) => (await api.get(`/users/${user}/flags/new-ui`)).at('/enabled');
    const share = (user: string) =>
      Number(BigInt(`0x${createHash('sha256').update(`${user}:new-ui`).digest('hex')}`) % 100n) < 50;
    for (const user of ['user1', 'user2', 'user3', 'user123']) expect(await enabled(user)).toBe(share(user));
    const changed = await api.put('/flags/new-ui', { bucketing: null });
    expect(changed.at('/bucketing')).toBe(null);
    expect(changed.at('/definition')).not.toHaveProperty('bucketing');
  });

  test('is for server-side SDKs alone unless client_side is true', async () => {
    const { api } = await freshApi();
    expect((await api.post('/flags', { flag_name: 'new-ui' })).at('/client_side')).toBe(false);
    const changed = await api.put('/flags/new-ui', { client_side: true });
    expect(changed.body).toMatchObject({
      client_side: true,
      definition: { clientSideAvailability: { usingEnvironmentId: true, usingMobileKey: true } },
    });
  });

  test('takes a whole definition alone', async () => {
    const { api } = await freshApi();
    const created = await api.post('/flags', { flag_name: 'colour', definition: THREE_WAYS });
    expect(created.body).toMatchObject({
      status: true,
      rollout_percentage: null,
      definition: { ...THREE_WAYS, key: 'colour', version: 1, salt: 'colour' },
    });
  });

  test('lets the simple fields win over the definition', async () => {
    const { api } = await freshApi();
    const created = await api.post('/flags', { flag_name: 'colour', status: false, definition: THREE_WAYS });
    expect(created.body).toMatchObject({ status: false, definition: { on: false } });
  });

  test('says where in another project it is', async () => {
    const { api } = await freshApi();
    await api.post('/projects', { key: 'shop' });
    await api.post('/projects/shop/environments', { key: 'staging' });
    const created = await api.post('/flags?project=shop&environment=staging', { flag_name: 'cart' });
    const location = created.headers.get('location') ?? '';
    expect((await api.get(location)).body).toMatchObject({ flag_name: 'cart' });
    expect((await api.get('/flags/cart')).status).toBe(404);
  });

  test('returns what is odd as warnings, and refuses what is broken', async () => {
    const { api } = await freshApi();
    const odd = await api.post('/flags', {
      flag_name: 'odd',
      definition: {
        ...THREE_WAYS,
        rules: [
          { clauses: [], variation: 0 },
          { clauses: [], variation: 1 },
        ],
      },
    });
    expect(odd.status).toBe(201);
    expect(odd.at('/warnings')).toContainEqual(
      expect.objectContaining({ pointer: expect.stringMatching(/^\/(rules|fallthrough)/) }),
    );
    const broken = await api.post('/flags', {
      flag_name: 'broken',
      definition: { ...THREE_WAYS, fallthrough: { variation: 3 } },
    });
    expect(broken.body).toMatchObject({
      status: 422,
      code: 'invalid_variation',
      errors: [{ pointer: '/definition/fallthrough/variation' }],
    });
  });
});

describe('changing a flag', () => {
  test('touches only what the body names', async () => {
    const { api } = await freshApi();
    await api.post('/flags', {
      flag_name: 'colour',
      description: 'paint',
      tags: ['ui'],
      definition: THREE_WAYS,
    });
    const targets = [{ variation: 2, values: ['alice'] }];
    const changed = await api.put('/flags/colour', { definition: { targets } });
    expect(changed.body).toMatchObject({
      version: 2,
      description: 'paint',
      tags: ['ui'],
      status: true,
      definition: { ...THREE_WAYS, targets },
    });
    const described = await api.put('/flags/colour', { description: null });
    expect(described.body).toMatchObject({ description: null, tags: ['ui'], definition: { targets } });
  });

  test('takes an optional field away with null', async () => {
    const { api } = await freshApi();
    await api.post('/flags', { flag_name: 'colour', definition: THREE_WAYS });
    const changed = await api.put('/flags/colour', { definition: { offVariation: null } });
    expect(changed.at('/definition')).not.toHaveProperty('offVariation');
  });

  test('takes back a definition as it was read', async () => {
    const { api } = await freshApi();
    await api.post('/flags', { flag_name: 'colour', definition: THREE_WAYS });
    const read = await api.get('/flags/colour');
    const written = await api.put('/flags/colour', { definition: read.at('/definition') });
    expect(written.status).toBe(200);
    expect(written.at('/version')).toBe(1);
  });

  test('with If-Match is a compare-and-set', async () => {
    const { api } = await freshApi();
    await api.post('/flags', { flag_name: 'new-ui' });
    const write = (status: boolean, version: string) =>
      api.put('/flags/new-ui', { status }, { headers: { 'if-match': version } });
    expect((await write(true, '"1"')).status).toBe(200);
    expect((await write(false, '"1"')).body).toMatchObject({ status: 412, code: 'version_mismatch' });
    expect((await write(false, 'W/"2"')).status).toBe(200);
    expect((await write(true, '*')).status).toBe(200);
    expect((await write(true, 'soon')).body).toMatchObject({ status: 400, code: 'invalid_header' });
    expect((await api.delete('/flags/new-ui', { headers: { 'if-match': '"1"' } })).status).toBe(412);
    expect((await api.delete('/flags/new-ui', { headers: { 'if-match': '"4"' } })).status).toBe(204);
  });

  test('of 200 compare-and-sets at once exactly one wins', async () => {
    const { api } = await freshApi({ rateLimits: { writes: { limit: 1_000, windowMs: 10_000 } } });
    await api.post('/flags', { flag_name: 'new-ui', status: true });
    const replies = await Promise.all(
      Array.from({ length: 200 }, (_, share) =>
        api.put('/flags/new-ui', { rollout_percentage: share / 4 }, { headers: { 'if-match': '"1"' } }),
      ),
    );
    expect(replies.filter((reply) => reply.status === 200)).toHaveLength(1);
    expect(replies.filter((reply) => reply.status === 412)).toHaveLength(199);
  });

  test('without If-Match keeps concurrent changes of other fields', async () => {
    const { api } = await freshApi();
    await api.post('/flags', { flag_name: 'new-ui' });
    await Promise.all([
      api.put('/flags/new-ui', { status: true }),
      api.put('/flags/new-ui', { description: 'both' }),
      api.put('/flags/new-ui', { tags: ['kept'] }),
      api.put('/flags/new-ui', { rollout_percentage: 30 }),
    ]);
    expect((await api.get('/flags/new-ui')).body).toMatchObject({
      status: true,
      description: 'both',
      tags: ['kept'],
      rollout_percentage: 30,
      version: 5,
    });
  });

  test('that changes nothing is no change', async () => {
    const { api } = await freshApi();
    await api.post('/flags', { flag_name: 'new-ui', status: true });
    expect((await api.put('/flags/new-ui', { status: true })).at('/version')).toBe(1);
  });

  test('requires If-Match where the service is configured so', async () => {
    const { api } = await freshApi({ requireIfMatch: true });
    await api.post('/flags', { flag_name: 'new-ui' });
    expect((await api.put('/flags/new-ui', { status: true })).body).toMatchObject({
      status: 428,
      code: 'precondition_required',
    });
    expect(
      (await api.put('/flags/new-ui', { status: true }, { headers: { 'if-match': '"1"' } })).status,
    ).toBe(200);
  });
});

describe('reading flags', () => {
  test('answers 304 to who has the current version', async () => {
    const { api } = await freshApi();
    await api.post('/flags', { flag_name: 'new-ui' });
    const again = await api.get('/flags/new-ui', { headers: { 'if-none-match': '"1"' } });
    expect([again.status, again.text]).toEqual([304, '']);
    expect((await api.get('/flags/new-ui', { headers: { 'if-none-match': '"2"' } })).status).toBe(200);
  });

  test('walks through pages that stay right while flags come and go', async () => {
    const { api } = await freshApi();
    for (const name of ['b', 'd', 'f', 'h', 'j']) await api.post('/flags', { flag_name: name });
    const first = await api.get('/flags?limit=2');
    await api.delete('/flags/d');
    await api.post('/flags', { flag_name: 'a' });
    await api.post('/flags', { flag_name: 'e' });
    const second = await api.get(nextOf(first.headers));
    const third = await api.get(nextOf(second.headers));
    expect([first, second, third].map(({ body }) => namesIn(body))).toEqual([
      ['b', 'd'],
      ['e', 'f'],
      ['h', 'j'],
    ]);
    expect(third.headers.get('link')).toBeNull();
  });

  test.each([
    ['q=UI', ['dark-ui', 'new-ui']],
    ['q=paint', ['colour']],
    ['tag=web', ['colour', 'new-ui']],
    ['status=true', ['new-ui']],
    ['status=false&tag=web', ['colour']],
  ])('filters by %s', async (query, names) => {
    const { api } = await freshApi();
    await api.post('/flags', { flag_name: 'new-ui', status: true, tags: ['web', 'web'] });
    await api.post('/flags', { flag_name: 'colour', description: 'paints everything', tags: ['web'] });
    await api.post('/flags', { flag_name: 'dark-ui' });
    expect(namesIn((await api.get(`/flags?${query}`)).body)).toEqual(names);
  });
});

const nextOf = (headers: Headers): string =>
  /<([^>]+)>; rel="next"/.exec(headers.get('link') ?? '')?.[1] ?? '';

const namesIn = (body: unknown): unknown =>
  Array.isArray(body) ? body.map((flag: { flag_name: string }) => flag.flag_name) : body;
