import { describe, expect, test } from 'vitest';
import { startDashboard } from '../../../support/dashboard-app.ts';
import { loggedIn, textOf } from '../../../support/dashboard-client.ts';

const SHOWN_SECRET = /<code class="secret"[^>]*>([^<]+)</;

describe('managing keys', () => {
  test.each([
    ['sdk', 'sdk-', 'SDK key of production'],
    ['mobile', 'mob-', 'mobile key of production'],
    ['operator', 'djt_adm_', 'operator’s token'],
    ['admin', 'djt_adm_', 'admin’s token'],
  ])('a new key for %s works, is shown once, and is listed by its ends', async (kind, prefix, text) => {
    const app = await startDashboard();
    const client = await loggedIn(app, 'admin');
    const made = await client.post('/dashboard/keys', { name: 'checkout <b>', kind, days: '' });
    expect(made.status).toBe(200);
    const plain = SHOWN_SECRET.exec(made.html)?.[1] ?? '';
    expect(plain.startsWith(prefix)).toBe(true);
    expect(await app.keys.verify(plain)).toMatchObject({ outcome: 'valid', key: { name: 'checkout <b>' } });
    const later = await client.get('/dashboard/keys');
    expect(later.html).not.toContain(plain);
    expect(later.html).toContain('checkout &lt;b&gt;');
    expect(textOf(later.html)).toContain(text);
    expect(later.headers.get('cache-control')).toContain('no-store');
  });

  test('a key with days expires', async () => {
    const app = await startDashboard();
    const client = await loggedIn(app, 'admin');
    await client.post('/dashboard/keys', { name: 'short', kind: 'sdk', days: '7' });
    const expiresAt = app.keys.list().find(({ name }) => name === 'short')?.expiresAt ?? '';
    const days = (Date.parse(expiresAt) - Date.now()) / 86_400_000;
    expect(Math.round(days)).toBe(7);
  });

  test('a replaced key works on for the time that was chosen, or not at all', async () => {
    const app = await startDashboard();
    const client = await loggedIn(app, 'admin');
    for (const [grace, outcome] of [
      ['3600', 'valid'],
      ['0', 'invalid'],
    ] as const) {
      const made = await client.post('/dashboard/keys', { name: `key ${grace}`, kind: 'sdk', days: '' });
      const old = SHOWN_SECRET.exec(made.html)?.[1] ?? '';
      const { id } = app.keys.list().find(({ name }) => name === `key ${grace}`) ?? { id: '' };
      const replaced = await client.post(`/dashboard/keys/${id}/rotate`, { grace });
      const plain = SHOWN_SECRET.exec(replaced.html)?.[1] ?? '';
      expect(plain).not.toBe(old);
      expect((await app.keys.verify(plain)).outcome).toBe('valid');
      expect((await app.keys.verify(old)).outcome).toBe(outcome);
    }
  });

  test('a revoked key opens nothing, and is listed as revoked', async () => {
    const app = await startDashboard();
    const client = await loggedIn(app, 'admin');
    const made = await client.post('/dashboard/keys', { name: 'lost', kind: 'sdk', days: '' });
    const plain = SHOWN_SECRET.exec(made.html)?.[1] ?? '';
    const { id } = app.keys.list().find(({ name }) => name === 'lost') ?? { id: '' };
    const answer = await client.post(`/dashboard/keys/${id}/revoke`, {});
    expect(answer.location).toBe('/dashboard/keys?done=key-revoked');
    expect((await app.keys.verify(plain)).outcome).toBe('invalid');
    expect(textOf((await client.get(answer.location ?? '')).html)).toContain('lost SDK key of production');
  });

  test.each([
    [{ name: '', kind: 'sdk', days: '' }, 'expected a name'],
    [{ name: 'x', kind: 'root', days: '' }, 'expected one of the kinds of keys'],
    [{ name: 'x', kind: 'sdk', days: '-1' }, 'expected a number of days'],
    [{ name: 'x'.repeat(257), kind: 'sdk', days: '' }, 'at most 256 characters'],
  ])('%o makes no key', async (fields, words) => {
    const app = await startDashboard();
    const client = await loggedIn(app, 'admin');
    const before = app.keys.list().length;
    const answer = await client.post('/dashboard/keys', fields);
    expect(answer.status).toBe(422);
    expect(textOf(answer.html)).toContain(words);
    expect(app.keys.list()).toHaveLength(before);
  });

  test('the last administrator’s token cannot be revoked', async () => {
    const app = await startDashboard();
    const client = await loggedIn(app, 'admin');
    const admins = app.keys.list().filter((key) => key.kind === 'admin' && key.role === 'admin');
    const answers = [];
    for (const { id } of admins.toReversed()) {
      answers.push(await client.post(`/dashboard/keys/${id}/revoke`, {}));
    }
    expect(answers.some(({ status }) => status === 409 || status === 303)).toBe(true);
    expect(
      app.keys.list().some((key) => key.kind === 'admin' && key.role === 'admin' && key.revokedAt === null),
    ).toBe(true);
  });

  test.each(['viewer', 'operator'] as const)('a %s sees who may, and no key', async (role) => {
    const app = await startDashboard();
    const client = await loggedIn(app, role);
    const page = await client.get('/dashboard/keys');
    expect(textOf(page.html)).toContain('Only for administrators');
    expect(page.html).not.toContain('SDK key of');
    const refused = await client.post('/dashboard/keys', { name: 'mine', kind: 'admin', days: '' });
    expect(refused.status).toBe(403);
    expect(app.keys.list().some(({ name }) => name === 'mine')).toBe(false);
  });
});
