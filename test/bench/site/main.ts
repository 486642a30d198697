import { once } from 'node:events';
import { createServer } from 'node:http';
import { Worker } from 'node:worker_threads';
import { openFilePlaylists } from '../../support/file-playlists.ts';
import { listenOnFreePort } from '../../support/listen-on-free-port.ts';
import { inventedTrack } from '../../support/memory-playlists.ts';
import { startSite } from '../../support/site-app.ts';

// What a page costs beside a bare node:http server that sends the very same bytes: requests per second in turns, in one run.

const ROUNDS = 7;
const ROUND_MS = 1_500;

const PAGES = [
  ['top 10', '/'],
  ['50 rows of the full list', '/?groups=beta_testers'],
  ['50 rows found by a search', '/?groups=beta_testers&q=song'],
  ['50 rows as JSON', '/api/playlist?groups=beta_testers'],
] as const;

/** The load comes from another thread, so that it does not slow down what it measures. */
async function requestsPerSecond(url: string, cookie: string): Promise<number> {
  const worker = new Worker(new URL('load.ts', import.meta.url), {
    workerData: { url, cookie, milliseconds: ROUND_MS, connections: 8 },
  });
  const [answered]: unknown[] = await once(worker, 'message');
  await worker.terminate();
  return Number(answered) / (ROUND_MS / 1_000);
}

const spread = (values: readonly number[]): string => {
  const sorted = values.toSorted((a, b) => a - b);
  const [least = 0, middle = 0, most = 0] = [sorted[0], sorted[Math.floor(sorted.length / 2)], sorted.at(-1)];
  return `${middle.toFixed(3)} (${least.toFixed(3)}–${most.toFixed(3)})`;
};

const playlists = openFilePlaylists(Array.from({ length: 1_000 }, (_, index) => inventedTrack(index + 1)));
const site = await startSite({ topTen: playlists.topTen, fullPlaylist: playlists.fullPlaylist });
const cookie = String((await fetch(site.url)).headers.getSetCookie()[0]).split(';')[0] ?? '';

for (const [name, path] of PAGES) {
  const body = Buffer.from(await (await fetch(site.url + path, { headers: { cookie } })).arrayBuffer());
  const bare = createServer((_request, response) => {
    response
      .writeHead(200, { 'Content-Type': 'text/html; charset=utf-8', 'Content-Length': body.length })
      .end(body);
  });
  const bareUrl = `http://127.0.0.1:${await listenOnFreePort(bare)}/`;
  const ratios: number[] = [];
  let last = 0;
  for (let round = 0; round <= ROUNDS; round++) {
    const floor = await requestsPerSecond(bareUrl, cookie);
    last = await requestsPerSecond(site.url + path, cookie);
    // The first round only warms up.
    if (round > 0) ratios.push(last / floor);
  }
  console.log(
    `${name}: ${spread(ratios)} of bare node:http; last round ${Math.round(last)} requests/s, ${body.length} bytes`,
  );
  bare.closeAllConnections();
  bare.close();
}

await site.close();
await playlists.close();
