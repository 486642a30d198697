import { expect, test } from 'vitest';
import { startApp } from '../support/running-app.ts';

test.each([
  ['off', 200],
  ['on', 428],
] as const)(
  'with REQUIRE_IF_MATCH=%s a change that names no version is answered with %i',
  async (value, expected) => {
    const app = await startApp({ REQUIRE_IF_MATCH: value });
    const put = (headers: Readonly<Record<string, string>>): Promise<Response> =>
      fetch(`${app.url}/flags/progressive-rollout`, {
        method: 'PUT',
        headers: {
          authorization: `Bearer ${app.key('ADMIN_TOKEN')}`,
          'content-type': 'application/json',
          ...headers,
        },
        body: JSON.stringify({ status: true }),
      });
    const response = await put({});
    expect(response.status).toBe(expected);
    const etag = (await fetch(`${app.url}/flags/progressive-rollout`, {
      headers: { authorization: `Bearer ${app.key('ADMIN_TOKEN')}` },
    }).then(({ headers }) => headers.get('etag'))) as string;
    expect((await put({ 'if-match': etag })).status).toBe(200);
  },
);
