import { describe, expect, test } from 'vitest';
import { SlowrollConfig } from '../../../src/library/slowroll/index.ts';
import { END, cacheName, quick, ranking, rollout, serve, written } from './document-server.ts';

describe('a document from a server', () => {
  test('that did not change is revalidated, not sent again', async () => {
    const { state, url } = await serve();
    const config = new SlowrollConfig(url, null, quick().options);
    await config.load();
    expect(await config.refresh()).toBe(true);
    expect(state.seen).toEqual([undefined, `"${state.body.length}"`]);
    expect(await ranking(config)).toBe('new');
  });

  test.each([
    ['half a document', '{"shop":', /is not JSON/],
    ['a list', '[]', /no section that can be used/],
    ['nothing at all', '{}', /no section that can be used/],
    ["a server's error", '{"error":"internal error"}', /no section that can be used/],
    ['bytes that are no text', Buffer.from([0xff, 0xfe, 0, 1]), /not UTF-8/],
  ])('that turns into %s leaves the last one in service and on disk', async (_, body, message) => {
    const { state, stop, url } = await serve();
    const file = cacheName();
    const { options, told } = quick();
    const config = new SlowrollConfig(url, file, options);
    await config.load();
    state.body = body;
    expect(await config.refresh()).toBe(false);
    expect(told()).toContainEqual(expect.stringMatching(message));
    expect(await ranking(config)).toBe('new');
    stop();
    expect(await ranking(new SlowrollConfig(url, file, options))).toBe('new');
  });

  test('may be emptied, by naming the sections that are', async () => {
    const { state, stop, url } = await serve();
    const file = cacheName();
    const { options, problems } = quick();
    const config = new SlowrollConfig(url, file, options);
    await config.load();
    state.body = '{"shop":{}}';
    expect(await config.refresh()).toBe(true);
    expect(await ranking(config)).toBe('default');
    expect(problems).toEqual([]);
    stop();
    expect(await ranking(new SlowrollConfig(url, file, options))).toBe('default');
  });

  test('keeps the last good entry beside a mistake, after a restart too, which tells of it again', async () => {
    const { state, stop, url } = await serve();
    const file = cacheName();
    const { options, told } = quick();
    const config = new SlowrollConfig(url, file, options);
    await config.load();
    state.body = written({ ...rollout, duration: '14 days' }, { colour: { stable: 'red' } });
    expect(await config.refresh()).toBe(true);
    expect(await ranking(config)).toBe('new');
    expect(await config.getValue('shop', 'colour', 'x')).toBe('red');

    const again = quick();
    const restarted = new SlowrollConfig(url, file, again.options);
    expect(await ranking(restarted)).toBe('new');
    expect(await restarted.refresh()).toBe(true);
    expect(again.told()).toEqual([expect.stringMatching(/duration.*got "14 days"/)]);
    stop();
    expect(await ranking(new SlowrollConfig(url, file, options))).toBe('new');
    expect(told()).toContainEqual(expect.stringMatching(/duration.*got "14 days"/));
  });

  test('may begin with a byte order mark', async () => {
    const { state, url } = await serve();
    state.body = `\uFEFF${written(rollout)}`;
    expect(await ranking(new SlowrollConfig(url, null, quick().options))).toBe('new');
  });

  test('that was never fetched cannot be unchanged', async () => {
    const { state, url } = await serve();
    state.mood = 'always 304';
    const { options, told } = quick({ attempts: 1 });
    const config = new SlowrollConfig(url, null, options);
    expect(await config.refresh()).toBe(false);
    expect(told()).toEqual([expect.stringMatching(/answered 304, expected 200/)]);
  });
});

describe('the age of a document', () => {
  /** A source that counts how often it was asked. */
  async function counted(maxAgeMs: number) {
    let now = END;
    let version = 0;
    const config = new SlowrollConfig('memory:', null, {
      now: () => now,
      maxAgeMs,
      fetch: () => Promise.resolve({ body: written({ stable: (version += 1) }) }),
    });
    const asked = async (ms: number): Promise<number> => {
      now += ms;
      await ranking(config);
      return version;
    };
    await asked(0);
    return { asked, config };
  }

  test('is fetched again in the background', async () => {
    const { asked, config } = await counted(60_000);
    expect(await asked(59_999)).toBe(1);
    expect(await asked(1)).toBe(2);
    await expect.poll(() => config.valueInMemory('shop', 'ranking', 'x')).toBe(2);
  });

  test('is not negative when the clock is put back', async () => {
    const { asked } = await counted(60_000);
    expect(await asked(-86_400_000)).toBe(2);
    expect(await asked(59_999)).toBe(2);
    expect(await asked(1)).toBe(3);
  });
});

describe('a callback', () => {
  const answering = async (answer: unknown) => {
    const { options, told } = quick({ attempts: 1, fetch: () => Promise.resolve(answer as never) });
    const config = new SlowrollConfig('memory:', null, options);
    return { isGood: await config.refresh(), value: await ranking(config), told: told() };
  };

  test.each([
    [undefined, /expected fetch to give \{body, etag\} or \{notModified: true\}, got nothing/],
    [written(rollout), /got "\{\\"shop\\"/],
    [[written(rollout), 'etag'], /got a list/],
    [{ body: { shop: {} } }, /with body a text, got an object/],
    [{ body: Buffer.from('{}') }, /with body a text, got an object/],
    [{ body: '{}', etag: 5 }, /with etag a text or null, got 5/],
    [{ notModified: true }, /was not modified, but nothing has come from it yet/],
  ])('that answers %j is reported with what was expected', async (answer, message) => {
    const { isGood, value, told } = await answering(answer);
    expect({ isGood, value }).toEqual({ isGood: false, value: 'default' });
    expect(told[0]).toMatch(message);
  });

  test.each([
    { body: written(rollout) },
    { body: written(rollout), etag: null },
    { notModified: false, body: written(rollout) },
    { body: `\uFEFF${written(rollout)}` },
  ])('may answer %j', async (answer) => {
    expect(await answering(answer)).toEqual({ isGood: true, value: 'new', told: [] });
  });

  test('may throw anything', async () => {
    const { options, told } = quick({
      attempts: 1,
      fetch: () => {
        AbortSignal.abort('text').throwIfAborted();
        return Promise.reject(new Error('not reached'));
      },
    });
    expect(await new SlowrollConfig('memory:', null, options).refresh()).toBe(false);
    expect(told()).toEqual(['text']);
  });
});
