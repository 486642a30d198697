import { describe, expect, test } from 'vitest';
import { startPageReaders } from '../support/page-readers.ts';
import { postgresBinaries } from '../support/postgres-binaries.ts';
import { usePostgres } from '../support/postgres.ts';
import { refusalOf, startApp, type RunningApp } from '../support/running-app.ts';
import { openSse } from '../support/sse-client.ts';

const ADMIN_TOKEN = 'token-of-both-instances-0123456789';

const share = ({ url }: RunningApp, percentage: number): Promise<Response> =>
  fetch(`${url}/flags/progressive-rollout`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${ADMIN_TOKEN}`, 'content-type': 'application/json' },
    body: JSON.stringify({ rollout_percentage: percentage }),
  });

const readiness = async (url: string): Promise<unknown> =>
  ((await (await fetch(`${url}/ready`)).json()) as { status: unknown }).status;

describe.skipIf(postgresBinaries() === undefined)('on PostgreSQL', () => {
  const postgres = usePostgres();

  test('what one instance changes the page of the other shows; while the database is away pages go on and writes are 503', async () => {
    const server = await postgres();
    const env = { DATABASE_URL: await server.freshDatabase(), ADMIN_TOKEN };
    const [one, other] = [await startApp(env), await startApp(env)];
    const page = await openSse(`${other.url}/events?user=alice`);
    expect((await share(one, 100)).status).toBe(200);
    expect(await page.next()).toMatchObject({ event: 'version', data: { version: 'database' } });

    const readers = startPageReaders(other.url);
    await server.stop('immediate');
    const refused = await share(other, 0);
    expect([refused.status, await refused.json()]).toMatchObject([503, { code: 'store_unavailable' }]);
    expect(refused.headers.get('retry-after')).toMatch(/^[1-9]\d*$/);
    await expect.poll(() => readiness(other.url), { timeout: 10_000 }).toBe('degraded');
    expect((await fetch(`${other.url}/health`)).status).toBe(200);
    const answer = await fetch(`${other.url}/api/playlist?user=alice`);
    expect(await answer.json()).toMatchObject({ version: 'database', flag: { value: true } });

    await server.start();
    await expect.poll(async () => (await share(other, 0)).status, { timeout: 15_000 }).toBe(200);
    expect(await page.next()).toMatchObject({ event: 'version', data: { version: 'json' } });
    await expect.poll(() => readiness(other.url), { timeout: 10_000 }).toBe('ready');
    expect(await readers.stop()).toEqual({ failed: [], seen: expect.any(Number) });
    page.close();
  });

  test('a database that is not there stops the start with one line', async () => {
    const url = (await (await postgres()).freshDatabase()).replace(/\/fresh_\d+\?/, '/of-no-user?');
    expect(await refusalOf(startApp({ DATABASE_URL: url }))).toBe(
      'DATABASE_URL: PostgreSQL refuses: database "of-no-user" does not exist',
    );
  });
});
