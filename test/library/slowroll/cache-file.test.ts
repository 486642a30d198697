import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { SlowrollConfig } from '../../../src/library/slowroll/index.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { cacheName, quick, ranking, rollout, serve, written } from './document-server.ts';

describe('the cache file', () => {
  test('carries the values over a restart during an outage', async () => {
    const { stop, url } = await serve();
    const file = cacheName();
    await new SlowrollConfig(url, file, quick().options).load();
    stop();
    const { options, problems } = quick();
    const restarted = new SlowrollConfig(url, file, options);
    expect(await ranking(restarted)).toBe('new');
    expect(await restarted.refresh()).toBe(false);
    expect(problems).toHaveLength(3);
    expect(await ranking(restarted)).toBe('new');
  });

  const cached = (url: string, body: string): string => JSON.stringify({ url, etag: '"1"', body });

  test.each<[string, (url: string) => string, RegExp]>([
    ['torn', () => '{"url":"', /cache file .*cache\.json is damaged/],
    ['of another address', () => cached('http://other/', written(rollout)), /is of http:\/\/other\//],
    ['with half a document', (url) => cached(url, '{"shop":'), /cache file .*cache\.json is not JSON/],
    ['with no document', (url) => cached(url, '[]'), /cache file .*cache\.json has no section/],
  ])('%s is reported, and replaced', async (_, content, message) => {
    const { url, state, stop } = await serve();
    const file = cacheName();
    writeFileSync(file, content(url));
    const { options, told } = quick();
    expect(await ranking(new SlowrollConfig(url, file, options))).toBe('new');
    expect(told()).toContainEqual(expect.stringMatching(message));
    expect(state.seen).toEqual([undefined]);
    stop();
    expect(await ranking(new SlowrollConfig(url, file, options))).toBe('new');
  });

  test.each<[string, (file: string) => void]>([
    ['deleted', (file) => rmSync(file)],
    ['damaged', (file) => writeFileSync(file, '{')],
  ])('that was %s is written again, although the document is unchanged', async (_, harm) => {
    const { url } = await serve();
    const file = cacheName();
    const config = new SlowrollConfig(url, file, quick().options);
    await config.load();
    const before = readFileSync(file, 'utf8');
    harm(file);
    await config.refresh();
    expect(readFileSync(file, 'utf8')).toBe(before);
  });

  test('that could not be written is reported, and tried again', async () => {
    const { url } = await serve();
    const folder = join(temporaryFolder(), 'not-there-yet');
    const file = join(folder, 'cache.json');
    const { options, told } = quick();
    const config = new SlowrollConfig(url, file, options);
    expect(await ranking(config)).toBe('new');
    expect(told()).toEqual([expect.stringMatching(/cache file .* could not be written/)]);
    mkdirSync(folder);
    await config.refresh();
    expect(existsSync(file)).toBe(true);
  });

  test('that is a folder is reported', async () => {
    const { url } = await serve();
    const { options, told } = quick();
    expect(await ranking(new SlowrollConfig(url, temporaryFolder(), options))).toBe('new');
    expect(told()).toEqual([
      expect.stringMatching(/could not be read/),
      expect.stringMatching(/could not be written/),
    ]);
  });
});
