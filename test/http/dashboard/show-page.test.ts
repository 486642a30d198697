import { describe, expect, test } from 'vitest';
import { StoreUnavailableError } from '../../../src/store/store.ts';
import { startDashboard } from '../../support/dashboard-app.ts';
import { loggedIn, textOf, WRITES } from '../../support/dashboard-client.ts';

describe('while the database is away', () => {
  test('the pages show the flags from memory, and says that nothing was changed', async () => {
    let away = false;
    const refuse = () => {
      if (away) throw new StoreUnavailableError('the database is away');
    };
    const app = await startDashboard({
      wrapStore: (store) => ({
        ...store,
        change: async (author, change) => (refuse(), store.change(author, change)),
        update: async (author, ref, edit, options) => (refuse(), store.update(author, ref, edit, options)),
        undo: async (author, id) => (refuse(), store.undo(author, id)),
        audit: async (query) => (refuse(), store.audit(query)),
      }),
    });
    const client = await loggedIn(app, 'operator');
    away = true;
    for (const [path, fields] of [...WRITES, ['/dashboard/undo', { entry: 1, version: 1 }] as const]) {
      const answer = await client.post(path, fields);
      expect(answer.status, path).toBe(503);
      expect(textOf(answer.html), path).toContain('The database cannot be reached.');
    }
    const page = await client.get('/dashboard');
    expect(page.status).toBe(200);
    expect(textOf(page.html)).toContain('The audit log cannot be read right now.');
    expect(page.html).toContain('id="f-progressive-rollout"');
    expect(app.errors).toEqual([]);
  });
});
