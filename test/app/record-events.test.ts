import { beforeEach, describe, expect, test } from 'vitest';
import { startApp, type RunningApp } from '../support/running-app.ts';

let app: RunningApp;
beforeEach(async () => {
  app = await startApp();
});

const FLAG = 'progressive-rollout';
const JSON_TYPE = { 'content-type': 'application/json' };
const admin = (): Record<string, string> => ({
  authorization: `Bearer ${app.key('ADMIN_TOKEN')}`,
  ...JSON_TYPE,
});

async function ask(path: string, headers: Record<string, string> = {}, body?: unknown): Promise<Response> {
  const response = await fetch(app.url + path, {
    headers: { ...JSON_TYPE, ...headers },
    ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
  });
  // Streams would stay open; the rest is read by who asks.
  if (response.headers.get('content-type')?.startsWith('text/event-stream') === true) {
    await response.body?.cancel();
  }
  return response;
}

/** How often the flag's old version was served, as the meters say. */
async function served(): Promise<number> {
  const text = await (await ask('/metrics', admin())).text();
  const line = new RegExp(`^djtoggle_evaluations_total\\{flag="${FLAG}",variation="1"\\} (\\d+)$`, 'm');
  return Number(line.exec(text)?.[1] ?? 0);
}

/** Who is in the sample that previews are tried on: a draft for all changes something for each of them. */
async function sample(): Promise<readonly { readonly key: string }[]> {
  const response = await ask(`/flags/${FLAG}/preview`, admin(), { rollout_percentage: 100 });
  expect(response.status).toBe(200);
  const { changes } = (await response.json()) as {
    readonly changes: readonly { readonly examples: readonly { readonly key: string }[] }[];
  };
  return changes.flatMap(({ examples }) => examples);
}
const sampledKeys = async (): Promise<readonly string[]> => (await sample()).map(({ key }) => key).toSorted();

const summary = (count: number): object => ({
  kind: 'summary',
  startDate: Date.now() - 1000,
  endDate: Date.now(),
  features: {
    [FLAG]: {
      default: false,
      contextKinds: ['user'],
      counters: [{ value: false, variation: 1, version: 1, count }],
    },
  },
});

test('what applications report is in the sample of previews and in the meters, like what the site serves', async () => {
  const context = { kind: 'user', key: 'dora', groups: ['staff'] };
  const events = [{ kind: 'index', creationDate: Date.now(), context }, summary(7)];
  expect((await ask('/bulk', { authorization: app.key('SDK_KEY') }, events)).status).toBe(202);
  expect([await served(), await sampledKeys()]).toEqual([7, ['dora']]);
});

describe('LaunchDarkly’s client-side SDKs', () => {
  const b64 = (key: string, rest: object = {}): string =>
    Buffer.from(JSON.stringify({ kind: 'user', key, ...rest })).toString('base64url');
  const endpoints = (): readonly (readonly [path: string, headers?: Record<string, string>])[] => {
    const id = app.key('CLIENT_SIDE_ID');
    const mobile = { authorization: app.key('MOBILE_KEY') };
    return [
      [`/sdk/evalx/${id}/contexts/${b64('a')}`],
      [`/eval/${id}/${b64('b')}`],
      [`/sdk/poll/eval/${b64('c')}?auth=${id}`],
      [`/msdk/evalx/contexts/${b64('d')}`, mobile],
      [`/meval/${b64('e')}`, mobile],
    ];
  };

  test('who asks is seen, and only what they report to have used is counted', async () => {
    for (const endpoint of endpoints()) expect((await ask(...endpoint)).status).toBe(200);
    expect([await served(), await sampledKeys()]).toEqual([0, ['a', 'b', 'c', 'd', 'e']]);
    const reported = await ask(`/events/bulk/${app.key('CLIENT_SIDE_ID')}`, {}, [summary(2)]);
    expect([reported.status, await served()]).toEqual([202, 2]);
  });

  test('what an SDK keeps private in its reports is not learnt behind its back', async () => {
    const id = app.key('CLIENT_SIDE_ID');
    const path = `/sdk/evalx/${id}/contexts/${b64('anna', { email: 'anna@example.com' })}`;
    const identify = {
      kind: 'identify',
      creationDate: Date.now(),
      context: { kind: 'user', key: 'anna', _meta: { redactedAttributes: ['/email'] } },
    };
    await ask(path);
    await ask(`/events/bulk/${id}`, {}, [identify]);
    await ask(path);
    expect(await sampledKeys()).toEqual(['anna']);
    expect(JSON.stringify(await sample())).not.toContain('anna@example.com');
  });
});

describe('OFREP, whose clients report nothing', () => {
  const evaluate = (path: string, key: string, headers: Record<string, string> = {}) =>
    ask(
      `/ofrep/v1/evaluate/flags${path}`,
      { authorization: `Bearer ${app.key('SDK_KEY')}`, ...headers },
      {
        context: { targetingKey: key },
      },
    );

  test('an answer is counted, and who asked is seen', async () => {
    expect((await evaluate(`/${FLAG}`, 'otto')).status).toBe(200);
    expect([await served(), await sampledKeys()]).toEqual([1, ['otto']]);
  });

  test('all flags are counted when they are sent, not when the client has them', async () => {
    const all = await evaluate('', 'otto');
    expect([all.status, await served()]).toEqual([200, 1]);
    const again = await evaluate('', 'otto', { 'if-none-match': all.headers.get('etag') ?? '' });
    expect([again.status, await served()]).toEqual([304, 1]);
  });

  test('nothing that is refused or not there is counted or seen', async () => {
    const statuses = [
      (await evaluate('/no-such-flag', 'ella')).status,
      (await evaluate(`/${FLAG}`, '')).status,
      (await evaluate(`/${FLAG}`, 'ella', { authorization: 'Bearer unknown' })).status,
    ];
    expect(statuses).toEqual([404, 400, 401]);
    const metrics = await (await ask('/metrics', admin())).text();
    expect([await served(), metrics.includes('no-such-flag')]).toEqual([0, false]);
  });

  test('another environment is not mixed with the one of the site', async () => {
    expect((await ask('/projects/default/environments', admin(), { key: 'staging' })).status).toBe(201);
    const made = await ask('/keys', admin(), { kind: 'sdk', name: 'staging', environment: 'staging' });
    const { key } = (await made.json()) as { readonly key: string };
    expect((await evaluate(`/${FLAG}`, 'otto', { authorization: `Bearer ${key}` })).status).toBe(200);
    expect((await ask(`/users/otto/flags/${FLAG}?environment=staging`, admin())).status).toBe(200);
    expect(await served()).toBe(0);
  });
});
