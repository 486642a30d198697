import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { DEFAULT_ENVIRONMENT } from '../../../../src/store/store.ts';
import { type DashboardApp, startDashboard } from '../../../support/dashboard-app.ts';
import { type DashboardClient, flagIn, loggedIn, textOf } from '../../../support/dashboard-client.ts';
import { PROGRESSIVE_ROLLOUT } from '../../../support/site-app.ts';
import { TESTER } from '../../../support/tester.ts';

const PREVIEW = '/dashboard/transfer/preview';
const IMPORT = '/dashboard/transfer/import';

/** The hidden fields of the preview's form. */
const fieldsIn = (html: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    [...html.matchAll(/name="(id|digest)" value="([^"]*)"/g)].map(([, name = '', value = '']) => [
      name,
      value,
    ]),
  );

async function started() {
  const app = await startDashboard();
  const client = await loggedIn(app, 'admin');
  return { app, client };
}

const fileOf = async (client: DashboardClient, of = 'everything'): Promise<string> =>
  (await client.get(`/dashboard/transfer/export?of=${of}`)).html;

const changeFlag = (app: DashboardApp, on: boolean, description = '') =>
  app.store.change(TESTER, {
    type: 'put-flag',
    environment: DEFAULT_ENVIRONMENT,
    key: PROGRESSIVE_ROLLOUT.key,
    definition: { ...PROGRESSIVE_ROLLOUT, on },
    description,
  });

describe('exporting', () => {
  test('downloads an environment, a project or everything', async () => {
    const { app, client } = await started();
    await app.store.createEnvironment(TESTER, 'default', 'staging', 'Staging');
    await app.store.createProject(TESTER, 'shop', 'Shop');
    await app.store.createEnvironment(TESTER, 'shop', 'live', 'Live');
    const file = z.object({
      projects: z.array(z.object({ key: z.string(), environments: z.array(z.object({ key: z.string() })) })),
    });
    const placesOf = async (of: string) =>
      file
        .parse(JSON.parse(await fileOf(client, of)))
        .projects.flatMap(({ key, environments }) => environments.map((each) => `${key}/${each.key}`));
    expect(await placesOf('environment')).toEqual(['default/production']);
    expect(await placesOf('project')).toEqual(['default/production', 'default/staging']);
    expect(await placesOf('everything')).toEqual(['default/production', 'default/staging', 'shop/live']);
    const { headers } = await client.get('/dashboard/transfer/export?of=environment&environment=staging');
    expect(headers.get('content-disposition')).toBe('attachment; filename=dj-toggle-default-staging.json');
  });

  test('downloads the events of some days, and says which day is none', async () => {
    const { client } = await started();
    const events = await client.get('/dashboard/transfer/events?from=2026-07-01&to=');
    expect(events.status).toBe(200);
    expect(events.headers.get('content-disposition')).toBe('attachment; filename=events.ndjson');
    const refused = await client.get('/dashboard/transfer/events?from=July');
    expect(refused.status).toBe(422);
    expect(textOf(refused.html)).toContain('expected a day, as 2026-07-01; got &#34;July&#34;.');
    expect(refused.html).toContain('value="July"');
  });
});

describe('importing', () => {
  test('shows first what it would do, and then does exactly that', async () => {
    const { app: there, client: source } = await started();
    await changeFlag(there, false);
    for (const key of ['lyrics', 'crossfade']) {
      await there.store.change(TESTER, {
        type: 'put-flag',
        environment: DEFAULT_ENVIRONMENT,
        key,
        definition: { ...PROGRESSIVE_ROLLOUT, key },
      });
    }
    await there.store.createEnvironment(TESTER, 'default', 'staging', 'Staging');
    const { app, client } = await started();
    const preview = await client.upload(PREVIEW, await fileOf(source));
    expect(preview.status).toBe(200);
    const said = textOf(preview.html);
    expect(said).toContain('Import flags.json');
    expect(said).toContain('The environment default/staging is new.');
    expect(said).toContain('1 flag replaced by a newer version');
    expect(said).toContain('It is switched off.');
    expect(said).toContain('5 flags created');
    expect(flagIn(app).definition.on).toBe(true);

    const done = await client.post(IMPORT, fieldsIn(preview.html));
    expect(done.location).toBe('/dashboard/audit?done=imported');
    expect(flagIn(app).definition.on).toBe(false);
    expect(await fileOf(client, 'environment')).toBe(await fileOf(source, 'environment'));
    const [entry] = await app.store.audit({ environment: DEFAULT_ENVIRONMENT, limit: 1 });
    expect(entry?.author).toMatchObject({ id: 'admin-of-the-test', via: 'import' });
    expect(textOf((await client.upload(PREVIEW, await fileOf(client))).html)).toContain(
      'Everything in it is here already.',
    );
  });

  test.each([
    ['keep', true, 3],
    ['replace', false, 4],
  ])('of two different items one chooses which to have: %s', async (conflicts, on, version) => {
    const { app, client } = await started();
    await changeFlag(app, false);
    const file = await fileOf(client);
    await changeFlag(app, true);
    const preview = await client.upload(PREVIEW, file);
    expect(textOf(preview.html)).toContain('1 flag as new or newer here, and different');
    expect(textOf(preview.html)).toContain('It is switched off.');
    await client.post(IMPORT, { ...fieldsIn(preview.html), conflicts });
    expect(flagIn(app)).toMatchObject({ version, definition: { on } });
  });

  test('does nothing that the preview did not show', async () => {
    const { app, client } = await started();
    await changeFlag(app, false);
    const file = await fileOf(client);
    await changeFlag(app, true);
    const preview = await client.upload(PREVIEW, file);
    await changeFlag(app, true, 'meanwhile');
    const again = await client.post(IMPORT, { ...fieldsIn(preview.html), conflicts: 'replace' });
    expect(again.status).toBe(409);
    expect(textOf(again.html)).toContain('Something was changed here after the preview.');
    expect(flagIn(app).definition.on).toBe(true);
    expect((await client.post(IMPORT, { ...fieldsIn(again.html), conflicts: 'replace' })).status).toBe(303);
    expect(flagIn(app).definition.on).toBe(false);
  });

  test('takes the flags of a LaunchDarkly SDK into the environment of the page, and says what is odd', async () => {
    const { app, client } = await started();
    await app.store.createEnvironment(TESTER, 'default', 'staging', 'Staging');
    const flag = {
      key: 'new',
      version: 7,
      on: true,
      variations: [1],
      fallthrough: { variation: 4 },
      salt: 's',
    };
    const file = JSON.stringify({ flags: { new: flag }, segments: {} });
    const preview = await client.upload(`${PREVIEW}?environment=staging`, file);
    const said = textOf(preview.html);
    expect(said).toContain('new flag in default/staging');
    expect(said).toMatch(/To consider new : .*variation/);
    const done = await client.post(`${IMPORT}?environment=staging`, fieldsIn(preview.html));
    expect(done.location).toBe('/dashboard/audit?environment=staging&done=imported');
    const staging = app.store.snapshot({ project: 'default', environment: 'staging' });
    expect(staging?.flags.get('new')?.version).toBe(7);
  });

  test.each([
    ['', 422, 'expected a file; none was chosen, or it is empty'],
    ['{"flags":', 400, 'The file cannot be read: The body is not valid JSON'],
    ['[]', 422, 'The file cannot be read:'],
    [
      '{"format":"dj-toggle","format_version":1,"checksum":"sha256:0","projects":[]}',
      422,
      'its checksum does not fit',
    ],
    ['{"flags":{"../x":{}}}', 422, 'The file cannot be read: /projects/0/environments/0/flags/0/key'],
  ])('says in a sentence why %j is no file to import', async (text, status, sentence) => {
    const { client } = await started();
    const answer = await client.upload(PREVIEW, text);
    expect(answer.status).toBe(status);
    expect(textOf(answer.html)).toContain(sentence);
  });

  test('a file that is no longer kept must be chosen again', async () => {
    const { client } = await started();
    const answer = await client.post(IMPORT, { id: 'gone', digest: 'x' });
    expect(answer.status).toBe(409);
    expect(textOf(answer.html)).toContain('Choose it again.');
  });

  test('a file without the token of a page is refused, and so is everybody but an administrator', async () => {
    const { app, client } = await started();
    expect((await client.send(IMPORT, { id: 'x' }, { origin: app.url })).status).toBe(403);
    for (const role of ['viewer', 'operator'] as const) {
      const other = await loggedIn(app, role);
      const page = await other.get('/dashboard/transfer');
      expect(textOf(page.html)).toContain('Only for administrators');
      expect((await other.upload(PREVIEW, '{}')).status).toBe(403);
      expect((await other.post(IMPORT, { id: 'x' })).status).toBe(403);
      for (const path of ['export', 'events'])
        expect((await other.get(`/dashboard/transfer/${path}`)).status).toBe(403);
    }
  });
});
