import { describe, expect, test } from 'vitest';
import { freshApi } from '../support/api-app.ts';

const ROLES = ['viewer', 'operator', 'admin'] as const;

/** May someone with this role do what needs that one? */
const reaches = (role: string, needed: string): boolean =>
  needed === 'public' ||
  ROLES.findIndex((each) => each === role) >= ROLES.findIndex((each) => each === needed);

describe('who may do what', () => {
  test('is documented for every operation, and enforced by each', async () => {
    const { api, tokens, sdkKey } = await freshApi({
      rateLimits: {
        failedLogins: { limit: 10_000, windowMs: 60_000 },
        writes: { limit: 10_000, windowMs: 10_000 },
      },
    });
    const cells: string[] = [];
    const wrong: string[] = [];
    for (const { method, path, role: needed, hasBody } of api.operations) {
      // A name that is nowhere and a body that is nothing: who is let in gets 4xx of another kind, or a list.
      const call = (token: string) =>
        api.send(method.toUpperCase(), path.replaceAll(/\{\w+\}/g, 'missing'), {
          token,
          ...(hasBody ? { body: {} } : {}),
        });
      for (const role of ROLES) {
        const { status } = await call(tokens[role]);
        cells.push(`${role} ${method} ${path}`);
        const refused = status === 401 || status === 403;
        if (refused === reaches(role, needed)) wrong.push(`${role} ${method} ${path}: ${status}`);
      }
      const strangers = { 'sdk key': [sdkKey, 403], 'unknown key': ['djt_adm_unknown', 401] } as const;
      for (const [who, [token, expected]] of Object.entries(strangers)) {
        const { status } = await call(token);
        cells.push(`${who} ${method} ${path}`);
        const refused = status === expected;
        if (refused === (needed === 'public')) wrong.push(`${who} ${method} ${path}: ${status}`);
      }
    }
    expect(wrong).toEqual([]);
    expect(cells).toHaveLength(api.operations.length * 5);
    expect(api.operations.length).toBeGreaterThan(30);
  });

  test('gives viewers nothing that changes anything', async () => {
    const { api } = await freshApi();
    const harmless = new Set(['explainFlag', 'previewFlag', 'forecastRelease']);
    const writes = api.operations.filter(({ method, id }) => method !== 'get' && !harmless.has(id));
    expect(writes.filter(({ role }) => role === 'viewer' || role === 'public')).toEqual([]);
  });

  test('keeps keys, projects, webhooks and files to administrators', async () => {
    const { api } = await freshApi();
    const theirs = api.operations.filter(
      ({ path, method }) =>
        /^\/(keys|webhooks|import|export)/.test(path) || (path.startsWith('/projects') && method !== 'get'),
    );
    expect(theirs.length).toBeGreaterThan(10);
    expect(theirs.filter(({ role }) => role !== 'admin')).toEqual([]);
  });
});
