import { describe, expect, test } from 'vitest';
import { type ApiClient } from '../../../support/api-client.ts';
import { freshApi } from '../../../support/api-app.ts';

const COLOUR = {
  on: true,
  variations: ['red', 'green', { b: 1, a: [2] }],
  offVariation: 0,
  fallthrough: {
    rollout: {
      variations: [
        { variation: 1, weight: 40_000 },
        { variation: 2, weight: 60_000 },
      ],
    },
  },
  rules: [{ id: 'staff', clauses: [{ attribute: '', op: 'segmentMatch', values: ['staff'] }], variation: 2 }],
};

/** Two projects, three environments, flags with a history, and one that is gone. */
async function fill(api: ApiClient): Promise<void> {
  await api.post('/projects', { key: 'shop', name: 'The shop' });
  await api.post('/projects/shop/environments', { key: 'live' });
  await api.post('/projects/default/environments', { key: 'staging', name: 'Staging' });
  await api.post('/segments', {
    segment_name: 'staff',
    tags: ['people'],
    definition: { included: ['alice'] },
  });
  await api.post('/flags', {
    flag_name: 'colour',
    description: 'Läuft 🎧',
    tags: ['b', 'a'],
    definition: COLOUR,
  });
  await api.post('/flags', { flag_name: 'gone' });
  await api.delete('/flags/gone');
  await api.post('/flags', { flag_name: 'new-ui', status: true });
  await api.put('/flags/new-ui', { rollout_percentage: 33.333 });
  await api.put('/flags/new-ui?environment=staging', { status: true, description: 'staged' });
  await api.post('/flags?project=shop&environment=live', { flag_name: 'cart' });
}

const exported = async (api: ApiClient): Promise<string> => (await api.get('/export')).text;

describe('export and import', () => {
  test('bring everything back exactly: exported again it is the same bytes', async () => {
    const { api: here } = await freshApi();
    const { api: there } = await freshApi();
    await fill(here);
    const file = await exported(here);
    const imported = await there.send('POST', '/import', { body: JSON.parse(file) });
    expect(imported.body).toMatchObject({
      projects_created: ['shop'],
      environments_created: ['default/staging', 'shop/live'],
      flags: { created: 5, updated: 0, unchanged: 0, skipped: 0 },
      segments: { created: 1 },
    });
    expect(await exported(there)).toBe(file);
    expect((await there.send('POST', '/import', { body: JSON.parse(file) })).body).toMatchObject({
      flags: { created: 0, updated: 0, unchanged: 5 },
    });
    expect((await there.get('/users/alice/flags/colour')).at('/value')).toEqual({ b: 1, a: [2] });
  });

  test('change nothing on a dry run', async () => {
    const { api: here } = await freshApi();
    const { api: there } = await freshApi();
    await fill(here);
    const before = await exported(there);
    const dry = await there.post('/import?dry_run=true', JSON.parse(await exported(here)));
    expect(dry.body).toMatchObject({ dry_run: true, flags: { created: 5 } });
    expect(await exported(there)).toBe(before);
  });

  test('refuse what is older than what is here, unless told to skip or to overwrite', async () => {
    const { api } = await freshApi();
    await fill(api);
    const file: unknown = JSON.parse(await exported(api));
    await api.put('/flags/new-ui', { status: false });
    const after = await exported(api);
    const refused = await api.post('/import', file);
    expect(refused.body).toMatchObject({
      status: 409,
      code: 'older_version',
      detail: expect.stringContaining('default/production/new-ui'),
    });
    expect((await api.post('/import?on_conflict=skip', file)).at('/flags/skipped')).toBe(1);
    expect(await exported(api)).toBe(after);
    expect((await api.post('/import?on_conflict=overwrite', file)).at('/flags/updated')).toBe(1);
    expect((await api.get('/flags/new-ui')).body).toMatchObject({ status: true, version: 4 });
  });

  test('take a file where the version is higher, and go on from there', async () => {
    const { api: here } = await freshApi();
    const { api: there } = await freshApi();
    for (const api of [here, there]) await api.post('/flags', { flag_name: 'new-ui' });
    for (const status of [true, false, true]) await here.put('/flags/new-ui', { status });
    expect((await there.post('/import', JSON.parse(await exported(here)))).at('/flags/updated')).toBe(1);
    expect((await there.get('/flags/new-ui')).body).toMatchObject({ status: true, version: 4 });
    expect((await there.put('/flags/new-ui', { status: false })).at('/version')).toBe(5);
  });

  test('bring back what was deleted here, above every version it had', async () => {
    const { api } = await freshApi();
    await api.post('/flags', { flag_name: 'new-ui', status: true });
    const file: unknown = JSON.parse(await exported(api));
    await api.delete('/flags/new-ui');
    expect((await api.post('/import', file)).status).toBe(200);
    expect((await api.get('/flags/new-ui')).body).toMatchObject({ status: true, version: 3 });
  });

  test('refuse a file that was changed on its way, and take one without a checksum', async () => {
    const { api } = await freshApi();
    await api.post('/flags', { flag_name: 'new-ui', status: true });
    const text = (await exported(api)).replace('"on": true', '"on": false');
    const { checksum, ...unsigned }: { readonly checksum: string } = JSON.parse(text);
    expect((await api.post('/import', { checksum, ...unsigned })).body).toMatchObject({
      status: 422,
      code: 'checksum',
    });
    expect((await api.post('/import?on_conflict=overwrite', unsigned)).status).toBe(200);
    expect((await api.get('/flags/new-ui')).at('/status')).toBe(false);
  });

  test('say what they do not know, and keep an operator that is not there yet', async () => {
    const { api } = await freshApi();
    const flags = {
      'from-launchdarkly': {
        key: 'from-launchdarkly',
        version: 17,
        on: true,
        prerequisites: [],
        salt: 'abc',
        sel: 'old',
        targets: [],
        rules: [
          {
            id: 'r',
            clauses: [{ attribute: 'name', op: 'resembles', values: ['x'], negate: false }],
            variation: 1,
          },
        ],
        fallthrough: { variation: 0 },
        offVariation: null,
        variations: ['a', 'b'],
        newField: { deep: true },
        deleted: false,
      },
      tombstone: { key: 'tombstone', version: 3, deleted: true },
    };
    const imported = await api.post('/import', { flags, segments: {} });
    expect(imported.body).toMatchObject({ flags: { created: 1 } });
    const warnings = imported.at('/warnings');
    for (const field of ['sel', 'newField']) {
      expect(warnings).toContainEqual(
        expect.objectContaining({
          code: 'unknown_field',
          pointer: expect.stringMatching(new RegExp(`/${field}$`)),
        }),
      );
    }
    expect(warnings).toContainEqual(expect.objectContaining({ code: 'unknown_operator' }));
    expect((await api.get('/flags/from-launchdarkly')).body).toMatchObject({
      version: 17,
      definition: { salt: 'abc' },
    });
    expect((await api.get('/users/x/flags/from-launchdarkly?name=x')).at('/value')).toBe('a');
  });

  test('take 32 MiB and not a byte more', async () => {
    const { url, tokens } = await freshApi();
    const start = '{"flags":{}';
    const response = await fetch(`${url}/import?dry_run=true`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${tokens.admin}` },
      body: `${start}${' '.repeat(32 * 1024 * 1024 - start.length)}}`,
    });
    expect(response.status).toBe(413);
  });
});
