import { describe, expect, test } from 'vitest';
import { startDashboard } from '../../../support/dashboard-app.ts';
import { flagIn, loggedIn, textOf } from '../../../support/dashboard-client.ts';
import { PROGRESSIVE_ROLLOUT } from '../../../support/site-app.ts';

const FLAGS = Object.fromEntries(['a', 'b', 'c'].map((key) => [key, { ...PROGRESSIVE_ROLLOUT, key }]));

async function send(role: 'viewer' | 'operator', fields: readonly (readonly [string, string])[]) {
  const app = await startDashboard({ flags: FLAGS });
  const client = await loggedIn(app, role);
  const body = new URLSearchParams({ csrf: await client.csrf() });
  for (const [name, value] of fields) body.append(name, value);
  const response = await fetch(`${app.url}/dashboard/bulk`, {
    method: 'POST',
    redirect: 'manual',
    headers: { cookie: client.cookie, origin: app.url, accept: 'text/html' },
    body,
  });
  return { app, client, response };
}

describe('the selected flags', () => {
  test.each([
    ['tag', { tags: ['player'], on: true }],
    ['archive', { tags: ['archived'], on: false }],
    ['untag', { tags: [], on: true }],
    ['restore', { tags: [], on: true }],
  ])('are changed together by “%s”, and no other flag', async (action, { tags, on }) => {
    const fields = [
      ['key', 'a'],
      ['key', 'b'],
      ['key', 'gone'],
      ['action', action],
      ['tag', 'player'],
    ] as const;
    const { app, client, response } = await send('operator', fields);
    expect(response.status).toBe(303);
    for (const key of ['a', 'b']) expect(flagIn(app, key)).toMatchObject({ tags, definition: { on } });
    expect(flagIn(app, 'c')).toMatchObject({ version: 1, tags: [] });
    const listed = [...(await client.get('/dashboard')).html.matchAll(/<tr data-flag="(\w+)"/g)].map(
      ([, key]) => key,
    );
    expect(listed).toEqual(action === 'archive' ? ['c'] : ['a', 'b', 'c']);
  });

  test.each([
    [
      [
        ['action', 'tag'],
        ['tag', 'x'],
      ],
      'expected at least one selected flag',
    ],
    [
      [
        ['action', 'tag'],
        ['key', 'a'],
      ],
      'expected a tag',
    ],
    [
      [
        ['action', 'explode'],
        ['key', 'a'],
      ],
      'expected one of the actions',
    ],
  ] as const)('%o is refused', async (fields, text) => {
    const { app, response } = await send('operator', fields);
    expect(response.status).toBe(422);
    expect(textOf(await response.text())).toContain(text);
    expect(flagIn(app, 'a').version).toBe(1);
  });

  test('are not a viewer’s to change', async () => {
    const { app, response } = await send('viewer', [
      ['action', 'archive'],
      ['key', 'a'],
    ]);
    expect(response.status).toBe(403);
    expect(flagIn(app, 'a').version).toBe(1);
  });
});
