import { describe, expect, test } from 'vitest';
import { DEFAULT_ENVIRONMENT } from '../../../../src/store/store.ts';
import { CHANGES, flagIn, loggedIn, textOf } from '../../../support/dashboard-client.ts';
import { startDashboard } from '../../../support/dashboard-app.ts';

const STAGING = { project: 'default', environment: 'staging' };

async function withStaging() {
  const app = await startDashboard();
  const client = await loggedIn(app, 'admin');
  const made = await client.post('/dashboard/environments', { key: 'staging', name: 'Staging <1>' });
  return { app, client, made };
}

describe('managing environments', () => {
  test('a new environment has the flags, all off, and stands beside the others', async () => {
    const { app, client, made } = await withStaging();
    expect(made.location).toBe('/dashboard/environments?done=environment-created');
    expect(app.store.snapshot(STAGING)?.flags.get('progressive-rollout')?.definition.on).toBe(false);
    const page = await client.get('/dashboard/environments');
    expect(page.html).toContain('Staging &lt;1&gt;');
    expect((await client.post('/dashboard/environments', { key: 'staging', name: '' })).status).toBe(409);
    expect((await client.post('/dashboard/environments', { key: '../x', name: '' })).status).toBe(422);
  });

  test('a flag is promoted with its difference shown first, and its buckets stay', async () => {
    const { app, client } = await withStaging();
    await client.post(`${CHANGES}?environment=staging`, { change: 'on', version: 1 });
    const salt = flagIn(app).definition.salt;
    await client.post(CHANGES, { change: 'off', version: 1 });
    const compare = await client.get('/dashboard/environments/compare?from=staging');
    expect(textOf(compare.html)).toContain('It is switched on.');
    const promoted = await client.post('/dashboard/environments/promote', {
      from: 'staging',
      flag: 'progressive-rollout',
      version: 2,
    });
    expect(promoted.location).toBe('/dashboard/environments/compare?from=staging&done=promoted');
    expect(flagIn(app).definition).toMatchObject({ on: true, salt });
    const [entry] = await app.store.audit({ environment: DEFAULT_ENVIRONMENT, limit: 1 });
    expect(entry?.author.comment).toBe('promoted from staging');
    expect(textOf((await client.get('/dashboard/environments/compare?from=staging')).html)).toContain(
      'Nothing differs',
    );
  });

  test('a flag that was changed here meanwhile is not overwritten', async () => {
    const { app, client } = await withStaging();
    await client.post(CHANGES, { change: 'share', percentage: '10', version: 1 });
    const fields = { from: 'staging', flag: 'progressive-rollout', version: 1 };
    const answer = await client.post('/dashboard/environments/promote', fields);
    expect(answer.status).toBe(409);
    expect(textOf(answer.html)).toContain('was changed here after your page was loaded');
    expect(flagIn(app).version).toBe(2);
  });

  test('settings are saved, and wrong origins come back as they were typed', async () => {
    const { app, client } = await withStaging();
    const good = { secureMode: 'on', origins: 'https://shop.example\r\nhttp://localhost:8080' };
    const saved = await client.post('/dashboard/environments/settings?environment=staging', good);
    expect(saved.location).toBe('/dashboard/environments?environment=staging&done=settings-saved');
    expect(app.settings.environment(STAGING)).toEqual({
      secureMode: true,
      allowedOrigins: ['https://shop.example', 'http://localhost:8080'],
    });
    expect(app.settings.environment(DEFAULT_ENVIRONMENT)).toEqual({ secureMode: false, allowedOrigins: '*' });
    const wrong = await client.post('/dashboard/environments/settings', {
      origins: 'https://shop.example/path',
    });
    expect(wrong.status).toBe(422);
    expect(wrong.html).toContain('https://shop.example/path</textarea>');
  });

  test('an operator promotes but changes no settings; a viewer does neither', async () => {
    const { app } = await withStaging();
    const operator = await loggedIn(app, 'operator');
    expect((await operator.post('/dashboard/environments/settings', { origins: '*' })).status).toBe(403);
    expect((await operator.post('/dashboard/environments', { key: 'dev', name: '' })).status).toBe(403);
    const fields = { from: 'staging', flag: 'progressive-rollout', version: 1 };
    expect((await operator.post('/dashboard/environments/promote', fields)).status).toBe(303);
    const viewer = await loggedIn(app, 'viewer');
    expect((await viewer.post('/dashboard/environments/promote', fields)).status).toBe(403);
  });

  test('an environment that does not exist is a plain 404', async () => {
    const { client } = await withStaging();
    expect((await client.get('/dashboard/environments/compare?from=nowhere')).status).toBe(404);
    expect((await client.get('/dashboard/environments/compare')).status).toBe(404);
  });
});
