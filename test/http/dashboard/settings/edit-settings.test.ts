import { describe, expect, test } from 'vitest';
import { startDashboard } from '../../../support/dashboard-app.ts';
import { CHANGES, flagIn, loggedIn, textOf } from '../../../support/dashboard-client.ts';

const PATH = '/dashboard/flags/progressive-rollout/settings';
const FORM = { version: 1, description: '', tags: '', 'variation.0': 'true', 'variation.1': 'false' };

async function open() {
  const app = await startDashboard();
  const client = await loggedIn(app, 'operator');
  await client.post('/dashboard/flags', { key: 'new-player', description: '' });
  return { app, client };
}

describe('a flag’s settings', () => {
  test('nothing typed changes nothing: the definition stays, to the byte', async () => {
    const { app, client } = await open();
    const before = JSON.stringify(flagIn(app).definition);
    const { description, tags } = flagIn(app);
    const same = { ...FORM, description: description ?? '', tags: tags.join(', ') };
    const reviewed = await client.post(PATH, { ...same, do: 'review' });
    expect(textOf(reviewed.html)).toContain('Nothing would change');
    const saved = await client.post(PATH, { ...same, do: 'save' });
    expect(saved.location).toBe(`${PATH}?done=unchanged&flag=progressive-rollout`);
    expect(JSON.stringify(flagIn(app).definition)).toBe(before);
  });

  test('variations of any type, prerequisites, tags and who can read it are reviewed and saved once', async () => {
    const { app, client } = await open();
    const form = {
      ...FORM,
      description: 'A <b>release</b>',
      tags: 'site, music , site',
      'variation.2': '{"tracks": [1, "two"]}',
      'prerequisite.0': '1',
      'prerequisite.0.key': 'new-player',
      'prerequisite.0.variation': '0',
      browsers: 'on',
      comment: 'for the talk',
    };
    const reviewed = await client.post(PATH, { ...form, do: 'review' });
    for (const sentence of [
      'The variations change.',
      'The prerequisites change.',
      'The client-side settings change.',
      'The tags are site, music instead of',
    ])
      expect(textOf(reviewed.html)).toContain(sentence);
    expect(flagIn(app).version).toBe(1);
    expect((await client.post(PATH, { ...form, do: 'save' })).status).toBe(303);
    expect(flagIn(app)).toMatchObject({
      version: 2,
      description: 'A <b>release</b>',
      tags: ['site', 'music'],
      definition: {
        variations: [true, false, { tracks: [1, 'two'] }],
        prerequisites: [{ key: 'new-player', variation: 0 }],
        clientSideAvailability: { usingEnvironmentId: true, usingMobileKey: false },
      },
    });
    const [entry] = await app.store.audit({ limit: 1 });
    expect(entry?.author.comment).toBe('for the talk');
  });

  test('steps of editing save nothing and lose nothing', async () => {
    const { app, client } = await open();
    const more = await client.post(PATH, { ...FORM, 'variation.1': '"half', do: 'add-variation' });
    expect(more.html).toContain('name="variation.2"');
    expect(more.html).toContain('&#34;half</textarea>');
    const fewer = await client.post(PATH, { ...FORM, do: 'remove-variation' });
    expect(fewer.html).not.toContain('name="variation.1"');
    const asked = await client.post(PATH, { ...FORM, do: 'add-prerequisite' });
    expect(asked.html).toContain('name="prerequisite.0.key"');
    expect(flagIn(app).version).toBe(1);
  });

  test.each([
    [{ 'variation.1': 'half' }, 'Variation 2 is not JSON'],
    [
      { 'prerequisite.0': '1', 'prerequisite.0.key': '', 'prerequisite.0.variation': '0' },
      'Prerequisite 1: name a flag',
    ],
    [
      { 'prerequisite.0': '1', 'prerequisite.0.key': 'progressive-rollout', 'prerequisite.0.variation': '0' },
      'progressive-rollout',
    ],
    [{ tags: 'x'.repeat(65) }, 'at most 64 characters each'],
    [{ description: 'x'.repeat(2_001) }, 'longer than 2,000 characters'],
  ])('%o cannot be saved, and says why', async (wrong, words) => {
    const { app, client } = await open();
    const answer = await client.post(PATH, { ...FORM, ...wrong, do: 'save' });
    expect(answer.status).toBe(422);
    expect(textOf(answer.html)).toContain('This cannot be saved yet');
    expect(textOf(answer.html)).toContain(words);
    expect(flagIn(app).version).toBe(1);
  });

  test('a variation that a rule serves cannot be taken away', async () => {
    const { app, client } = await open();
    const { 'variation.1': _second, ...one } = FORM;
    const answer = await client.post(PATH, { ...one, do: 'save' });
    expect(answer.status).toBe(422);
    expect(flagIn(app).definition.variations).toHaveLength(2);
  });

  test('two editors: the second sees the conflict and keeps what was typed', async () => {
    const { app, client } = await open();
    await client.post(CHANGES, { change: 'off', version: 1 });
    const answer = await client.post(PATH, { ...FORM, description: 'mine', do: 'save' });
    expect(answer.status).toBe(409);
    expect(answer.html).toContain('mine</textarea>');
    expect(textOf(answer.html)).toContain('The other change It is switched off.');
    expect(textOf(answer.html)).toMatch(/Your draft .*The description changes\./);
    expect(answer.html).toContain('name="version" value="2"');
    expect(flagIn(app).version).toBe(2);
  });

  test('a viewer looks and changes nothing', async () => {
    const { app } = await open();
    const viewer = await loggedIn(app, 'viewer');
    expect((await viewer.get(PATH)).html).toContain('<fieldset class="steps" disabled>');
    expect((await viewer.post(PATH, { ...FORM, do: 'save' })).status).toBe(403);
  });
});
