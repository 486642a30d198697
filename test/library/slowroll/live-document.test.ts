import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  SlowrollConfig,
  type FetchDocument,
  type SlowrollOptions,
} from '../../../src/library/slowroll/index.ts';
import { quick, ranking, serve, written } from './document-server.ts';

describe('a source that is away', () => {
  test('is tried ever further apart, and not for ever', async () => {
    const { state, url } = await serve();
    state.mood = 'away';
    const waits: number[] = [];
    const { options } = quick({
      random: () => 0.5,
      wait: (ms) => Promise.resolve(void waits.push(ms)),
    });
    const config = new SlowrollConfig(url, null, options);
    expect(await ranking(config)).toBe('default');
    expect(waits).toEqual([200, 400]);
    state.mood = 'well';
    await config.refresh();
    expect(await ranking(config)).toBe('new');
  });

  test.each<[string, SlowrollOptions]>([
    ['a server that says nothing', {}],
    ['a callback that never settles', { fetch: () => Promise.withResolvers<never>().promise }],
  ])('%s holds the first call no longer than firstLoadMs, and the next not at all', async (_, options) => {
    const { state, url } = await serve();
    state.mood = 'silent';
    const config = new SlowrollConfig(url, null, { firstLoadMs: 50, ...options });
    expect(await ranking(config)).toBe('default');
    expect(await ranking(config)).toBe('default');
  });

  test('that comes back is loaded by the next caller', async () => {
    const { state, url } = await serve();
    state.mood = 'away';
    const { options } = quick({ attempts: 1, maxAgeMs: Number.POSITIVE_INFINITY });
    const config = new SlowrollConfig(url, null, options);
    await config.load();
    expect(config.valueInMemory('shop', 'ranking', 'x', 'default')).toBe('default');
    state.mood = 'well';
    await config.load();
    expect(config.valueInMemory('shop', 'ranking', 'x', 'default')).toBe('new');
  });

  test('a first load that takes longer than firstLoadMs goes on in the background', async () => {
    const { promise: body, resolve } = Promise.withResolvers<string>();
    const config = new SlowrollConfig('memory:', null, {
      firstLoadMs: 10,
      fetch: async () => ({ body: await body }),
    });
    expect(await ranking(config)).toBe('default');
    resolve(written({ stable: 'late' }));
    await expect.poll(() => config.valueInMemory('shop', 'ranking', 'x')).toBe('late');
  });

  test('every try ends after timeoutMs, and its signal says so', async () => {
    const { state, url } = await serve();
    state.mood = 'silent';
    const { options, told } = quick({ timeoutMs: 20, attempts: 2 });
    expect(await new SlowrollConfig(url, null, options).refresh()).toBe(false);
    expect(told()).toEqual(Array(2).fill(expect.stringMatching(/did not answer within 20 ms/)));

    const signals: AbortSignal[] = [];
    const fetch: FetchDocument = (_url, _etag, signal) => {
      signals.push(signal);
      return Promise.withResolvers<never>().promise;
    };
    expect(await new SlowrollConfig('memory:', null, { ...options, fetch }).refresh()).toBe(false);
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, true]);
  });

  /** A program of its own, and how it ended. */
  async function run(program: string) {
    const entryPoint = join(import.meta.dirname, '../../../src/library/slowroll/index.ts');
    const child = spawn(
      process.execPath,
      [
        '--input-type=module',
        '--eval',
        `import { SlowrollConfig } from ${JSON.stringify(entryPoint)};\n${program}`,
      ],
      { stdio: ['ignore', 'pipe', 'pipe'] },
    );
    let output = '';
    child.stdout.on('data', (data: Buffer) => (output += data.toString()));
    let warnings = '';
    child.stderr.on('data', (data: Buffer) => (warnings += data.toString()));
    await once(child, 'close');
    return { exitCode: child.exitCode, output: output.trim(), warnings };
  }

  test('does not end a program that waits for a value, or for a refresh', async () => {
    const { stop, url } = await serve();
    stop();
    const ended = await run(`
      const config = new SlowrollConfig(${JSON.stringify(url)}, null, { backoffMs: 50 });
      console.log(await config.getValue('shop', 'ranking', 'x', 'default'));
      console.log(await config.refresh());`);
    expect(ended).toEqual({ exitCode: 0, output: 'default\nfalse', warnings: '' });
  });

  test('does not keep a program running that waits for nothing more', async () => {
    const ended = await run(`
      const config = new SlowrollConfig('memory:', null, {
        firstLoadMs: 10,
        backoffMs: 600_000,
        fetch: () => Promise.reject(new Error('away')),
      });
      console.log(await config.getValue('shop', 'ranking', 'x', 'default'));`);
    expect(ended).toEqual({ exitCode: 0, output: 'default', warnings: '' });
  });

  test.each([
    ['throws', `() => { throw new Error('the log is full'); }`],
    ['rejects', `async () => { throw new Error('the log is full'); }`],
  ])('an onProblem that %s does no harm, and is a warning', async (_, onProblem) => {
    const ended = await run(`
      let now = 0;
      let asked = 0;
      const fetch = async () => { asked += 1; throw new Error('away'); };
      const config = new SlowrollConfig('memory:', null, {
        fetch, now: () => now, attempts: 1, onProblem: ${onProblem} });
      console.log(await config.getValue('shop', 'ranking', 'x', 'default'));
      now = 60_000;
      console.log(await config.getValue('shop', 'ranking', 'x', 'default'), asked);`);
    expect(ended).toMatchObject({ exitCode: 0, output: 'default\ndefault 2' });
    expect(ended.warnings).toMatch(/onProblem failed: Error: the log is full/);
  });
});
