import { expect, test } from 'vitest';
import { startApp } from '../support/running-app.ts';

/** Ten thousand take as long as the rest of the suite: `IMPORTED_FLAGS=10000 npx vitest run test/behaviour/large-import.test.ts`. */
const FLAGS = Number(process.env['IMPORTED_FLAGS'] ?? 1_000);

const flagOf = (nth: number): object => ({
  key: `flag-${nth}`,
  version: 3,
  on: true,
  variations: [true, false],
  offVariation: 1,
  fallthrough: { variation: 0 },
  salt: `flag-${nth}`,
  rules: [
    {
      id: 'beta',
      clauses: [{ contextKind: 'user', attribute: 'groups', op: 'in', values: ['beta', `team-${nth}`] }],
      variation: 0,
    },
  ],
});

test(
  'what export and latest-all write of thousands of flags, import takes',
  { timeout: 120_000 },
  async () => {
    const [source, target] = [await startApp(), await startApp()];
    const send = async (app: typeof source, body: string, query = ''): Promise<unknown> => {
      const response = await fetch(`${app.url}/import${query}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${app.key('ADMIN_TOKEN')}` },
        body,
      });
      expect(response.status).toBe(200);
      return response.json();
    };
    const get = async (app: typeof source, path: string, key: string): Promise<string> =>
      (await fetch(app.url + path, { headers: { authorization: key } })).text();

    const flags = Object.fromEntries(Array.from({ length: FLAGS }, (_, nth) => [`flag-${nth}`, flagOf(nth)]));
    expect(await send(source, JSON.stringify({ flags }))).toMatchObject({
      flags: { created: FLAGS, updated: 0 },
      warnings: [],
    });
    const file = await get(source, '/export', `Bearer ${source.key('ADMIN_TOKEN')}`);
    expect(await send(target, file, '?on_conflict=overwrite')).toMatchObject({
      flags: { created: FLAGS },
      warnings: [],
    });
    const all = await get(target, '/sdk/latest-all', target.key('SDK_KEY'));
    expect(Object.keys((JSON.parse(all) as { flags: object }).flags)).toHaveLength(FLAGS + 1);
    expect(await send(target, all, '?on_conflict=skip')).toMatchObject({ warnings: [] });
  },
);
