import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type {
  SlowrollConfig,
  SlowrollFinding,
  SlowrollOptions,
} from '../../../src/library/slowroll/index.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

export const END = Date.UTC(2026, 10, 20, 12);
export const rollout = { end_time: '2026-11-20 12:00Z', duration: '10h', stable: 'old', new: 'new' };
export const written = (ranking: object, others: object = {}): string =>
  JSON.stringify({ shop: { ranking, ...others } });

/** A real server whose document and mood the test sets. */
export async function serve() {
  const state = {
    body: written(rollout) as string | Buffer,
    mood: 'well' as 'well' | 'away' | 'silent' | 'always 304',
    seen: [] as (string | undefined)[],
  };
  const server = createServer((request, response) => {
    const etag = `"${state.body.length}"`;
    state.seen.push(request.headers['if-none-match']);
    if (state.mood === 'silent') return;
    if (state.mood === 'away') response.writeHead(503).end();
    else if (state.mood === 'always 304' || request.headers['if-none-match'] === etag) {
      response.writeHead(304).end();
    } else response.writeHead(200, { ETag: etag }).end(state.body);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const stop = (): void => server.close().closeAllConnections();
  onTestFinished(stop);
  return { state, stop, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/slowroll.json` };
}

export const cacheName = (): string => join(temporaryFolder(), 'cache.json');

/** Options without waiting, and what was told meanwhile. */
export function quick(more: SlowrollOptions = {}) {
  const problems: (Error | SlowrollFinding)[] = [];
  const options: SlowrollOptions = {
    now: () => END,
    wait: () => Promise.resolve(),
    maxAgeMs: Infinity,
    onProblem: (problem) => problems.push(problem),
    ...more,
  };
  return { options, problems, told: () => problems.map(({ message }) => message) };
}

export const ranking = (config: SlowrollConfig): Promise<unknown> =>
  config.getValue('shop', 'ranking', 'x', 'default');
