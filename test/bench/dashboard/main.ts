/**
 * The dashboard with 2,000 flags: how long its list takes, how much is transferred, and how soon a browser paints the
 * largest page: `npm run bench:dashboard`.
 */
import { get } from 'node:http';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Browser } from 'playwright-core';
import { chromiumPath } from '../../support/chromium.ts';
import { everyPage, pathOf, stockPages } from '../../support/pages.ts';
import { quantile, report } from '../support/figures.ts';
import { startDjToggle } from '../support/programs.ts';

const FLAGS = 2_000;
const ROUNDS = 5;
const WARM_UP_REQUESTS = 60;
const REQUESTS = 40;
const [SERVER_CORE] = [0];

const LISTS: readonly (readonly [name: string, path: string])[] = [
  ['list', '/dashboard'],
  ['search', '/dashboard?q=flag-1'],
];

interface Fetched {
  readonly ms: number;
  /** As it was sent, compressed. */
  readonly bytes: number;
}

function fetchCompressed(url: string): Promise<Fetched> {
  const began = performance.now();
  return new Promise((resolve, reject) => {
    get(url, { headers: { accept: 'text/html', 'accept-encoding': 'gzip, br' } }, (response) => {
      let bytes = 0;
      response.on('data', (chunk: Buffer) => (bytes += chunk.length));
      response.on('error', reject);
      response.on('end', () => {
        if (response.statusCode === 200) resolve({ ms: performance.now() - began, bytes });
        else reject(new Error(`${url} was ${response.statusCode}`));
      });
    }).on('error', reject);
  });
}

async function fetchOften(url: string, times: number): Promise<readonly Fetched[]> {
  const all: Fetched[] = [];
  for (let time = 0; time < times; time += 1) all.push(await fetchCompressed(url));
  return all;
}

interface Visit {
  readonly bytes: number;
  readonly paintMs: number;
}

/** A page in a browser that has nothing of it yet, fonts included. */
async function visit(browser: Browser, url: string): Promise<Visit> {
  const context = await browser.newContext({ viewport: { width: 1_440, height: 900 } });
  const page = await context.newPage();
  const session = await context.newCDPSession(page);
  await session.send('Network.enable');
  let bytes = 0;
  session.on('Network.loadingFinished', ({ encodedDataLength }) => (bytes += encodedDataLength));
  await page.goto(url, { waitUntil: 'load' });
  await page.evaluate('document.fonts.ready');
  const paintMs = Number(
    await page.evaluate(
      `new Promise((resolve) => new PerformanceObserver((list) => resolve(list.getEntriesByName('first-contentful-paint')[0].startTime)).observe({ type: 'paint', buffered: true }))`,
    ),
  );
  await context.close();
  return { bytes, paintMs };
}

const dataDir = mkdtempSync(join(tmpdir(), 'dj-toggle-bench-dashboard-'));
const program = await startDjToggle({
  core: SERVER_CORE,
  env: { AUTH: 'off', DATA_DIR: dataDir, WEBHOOK_TARGETS: '127.0.0.1' },
});
try {
  const definition = { on: true, variations: [true, false], offVariation: 1, fallthrough: { variation: 1 } };
  const flags = Object.fromEntries(
    Array.from({ length: FLAGS }, (_, index) => [`flag-${index}`, { ...definition, version: 1, salt: 's' }]),
  );
  const imported = await fetch(`${program.url}/import`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ flags }),
  });
  if (!imported.ok) throw new Error(`the flags were not imported: ${await imported.text()}`);
  const known = await stockPages({ url: program.url, dataDir });

  for (const [name, path] of LISTS) {
    const url = program.url + path;
    await fetchOften(url, WARM_UP_REQUESTS);
    const rounds: (readonly Fetched[])[] = [];
    for (let round = 0; round < ROUNDS; round += 1) rounds.push(await fetchOften(url, REQUESTS));
    const p95 = rounds.map((round) =>
      quantile(
        round.map(({ ms }) => ms),
        0.95,
      ),
    );
    const kilobytes = rounds.map((round) => Math.max(...round.map(({ bytes }) => bytes)) / 1_000);
    const what = `${name} of ${FLAGS.toLocaleString('en')} flags`;
    report({ name: `${what}, 95th percentile`, unit: 'ms', values: p95, goal: { atMost: 100 } });
    report({ name: `${what}, transferred`, unit: 'kB', values: kilobytes, goal: { atMost: 150 } });
  }

  const executablePath = chromiumPath();
  if (executablePath === undefined) console.log('dashboard: no Chromium, so first visits are not measured');
  else {
    const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
    const visits: { readonly path: string; readonly bytes: number }[] = [];
    for (const [view, path] of everyPage())
      if (view.startsWith('dashboard-')) {
        const { bytes } = await visit(browser, program.url + pathOf(path, known));
        visits.push({ path, bytes });
      }
    const largest = visits.toSorted((a, b) => b.bytes - a.bytes)[0]?.path ?? '/dashboard';
    const rounds: Visit[] = [];
    for (let round = 0; round < ROUNDS; round += 1)
      rounds.push(await visit(browser, program.url + pathOf(largest, known)));
    await browser.close();
    const kilobytes = rounds.map(({ bytes }) => bytes / 1_000);
    const name = `first visit of the largest page (${largest})`;
    report({ name: `${name}, with fonts`, unit: 'kB', values: kilobytes, goal: { atMost: 150 } });
    const paints = rounds.map(({ paintMs }) => paintMs);
    report({ name: `${name}, first contentful paint`, unit: 'ms', values: paints, goal: { atMost: 500 } });
  }
} finally {
  await program.stop();
  rmSync(dataDir, { recursive: true, force: true });
}
