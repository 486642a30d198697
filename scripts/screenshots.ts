import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { chromium, type Browser, type BrowserContext } from 'playwright-core';
import { animatedPng, type Frame } from './animated-png.ts';
import { chromiumPath } from '../test/support/chromium.ts';
import { everyPage, pathOf, preparePage, stockPages } from '../test/support/pages.ts';

// Starts the program with fresh data, opens its pages, photographs them, stops it. The few pictures that the documents show
// go to docs/screenshots/; every page by night, by day and on a phone goes to screenshots/, which git ignores.

const ROOT = join(import.meta.dirname, '..');
const DOCUMENTS = join(ROOT, 'docs', 'screenshots');
const ALL = join(ROOT, 'screenshots');
const TOKEN = 'admin-of-the-screenshots-0123456789';
const HEADERS = { authorization: `Bearer ${TOKEN}` };
const DESKTOP = { width: 1440, height: 900 };

type StorageState = Awaited<ReturnType<BrowserContext['storageState']>>;

const LOOKS = [
  { name: '', theme: 'dark', ...DESKTOP },
  { name: '-day', theme: 'light', ...DESKTOP },
  { name: '-phone', theme: 'dark', width: 360, height: 780 },
] as const;

interface Running {
  readonly url: string;
  readonly dataDir: string;
  stop(): Promise<void>;
}

/** The program as `npm start` runs it, on a free port and in a folder of its own. */
async function startProgram(): Promise<Running> {
  const dataDir = mkdtempSync(join(tmpdir(), 'dj-toggle-screenshots-'));
  const program = spawn(process.execPath, [join(ROOT, 'src', 'main.ts')], {
    env: {
      PATH: process.env['PATH'],
      PORT: '0',
      ADMIN_TOKEN: TOKEN,
      DEMO: 'on',
      WEBHOOK_TARGETS: '127.0.0.1',
      DATA_DIR: dataDir,
      LOG_LEVEL: 'warn',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(program, 'exit');
  const stop = async (): Promise<void> => {
    program.kill('SIGTERM');
    await exited;
    rmSync(dataDir, { recursive: true, force: true });
  };
  for await (const line of createInterface({ input: program.stdout })) {
    const url = /http:\/\/[\w.]+:\d+/.exec(line)?.[0];
    if (url !== undefined) return { url, dataDir, stop };
  }
  await stop();
  throw new Error('the program ended before it said where it listens');
}

async function changeFlag(url: string, fields: object): Promise<void> {
  const changed = await fetch(`${url}/flags/progressive-rollout`, {
    method: 'PUT',
    headers: { ...HEADERS, 'Content-Type': 'application/json' },
    body: JSON.stringify(fields),
  });
  if (!changed.ok) throw new Error(`the flag did not change: ${changed.status} ${await changed.text()}`);
}

/** A quarter of the listeners has the new version, and listeners come. */
async function beginRelease(url: string): Promise<void> {
  await changeFlag(url, { rollout_percentage: 25 });
  for (let listener = 0; listener < 80; listener += 1) {
    const page = await fetch(`${url}/?user=listener-${listener}`);
    await page.text();
  }
}

/** What a browser keeps of an operator who is logged in. */
async function logIn(browser: Browser, url: string): Promise<StorageState> {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(`${url}/dashboard/login`);
  await page.locator('#token').fill(TOKEN);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'progressive-rollout' }).waitFor();
  const state = await context.storageState();
  await context.close();
  return state;
}

/** Every page of the program, from its head to its foot. */
async function photographAll(browser: Browser, { url, dataDir }: Running, storageState: StorageState) {
  const known = await stockPages({ url, dataDir, headers: HEADERS });
  for (const { name, theme, width, height } of LOOKS) {
    const context = await browser.newContext({
      viewport: { width, height },
      colorScheme: theme,
      reducedMotion: 'reduce',
      storageState,
    });
    const page = await context.newPage();
    const taken = new Map<string, number>();
    for (const [view, path] of everyPage()) {
      const number = (taken.get(view) ?? 0) + 1;
      taken.set(view, number);
      await page.goto(url + pathOf(path, known));
      await preparePage(page, view);
      await page.evaluate('document.fonts.ready');
      const file = `${view || 'docs'}${number === 1 ? '' : `-${number}`}${name}.png`;
      await page.screenshot({ path: join(ALL, file), fullPage: true });
    }
    await context.close();
  }
  console.log(`screenshots/: ${everyPage().length * LOOKS.length} pictures`);
}

/** The one picture of the dashboard that the documents show. */
async function photographDashboard(browser: Browser, url: string, storageState: StorageState): Promise<void> {
  const context = await browser.newContext({
    viewport: DESKTOP,
    colorScheme: 'dark',
    reducedMotion: 'reduce',
    storageState,
  });
  const page = await context.newPage();
  await page.goto(`${url}/dashboard`);
  await page.evaluate('document.fonts.ready');
  await page.screenshot({ path: join(DOCUMENTS, 'dashboard.png') });
  await context.close();
  console.log('docs/screenshots/dashboard.png');
}

/** Somebody who gets the new version at 25 %, and not yet at 5 %. */
async function findListener(url: string): Promise<string> {
  const has = async (user: string): Promise<boolean> => {
    const response = await fetch(`${url}/api/playlist?user=${user}`);
    return (await response.text()).includes('"version":"database"');
  };
  const names = Array.from({ length: 200 }, (_, index) => `listener-${index}`);
  await changeFlag(url, { rollout_percentage: 25 });
  const among: string[] = [];
  for (const name of names) if (await has(name)) among.push(name);
  await changeFlag(url, { rollout_percentage: 5 });
  for (const name of among) if (!(await has(name))) return name;
  throw new Error('every listener who gets the new version at 25 % gets it at 5 %');
}

const STEPS: readonly { readonly change: object; readonly ms: number }[] = [
  { change: { rollout_percentage: 0 }, ms: 2_500 },
  { change: { rollout_percentage: 5 }, ms: 1_500 },
  { change: { rollout_percentage: 25 }, ms: 2_500 },
  { change: { rollout_percentage: 100 }, ms: 2_500 },
  { change: { status: false }, ms: 3_000 },
];

/** What an operator and a listener see while a release goes on and is stopped, side by side, as one moving picture. */
async function filmRelease(browser: Browser, url: string, storageState: StorageState): Promise<void> {
  const context = await browser.newContext({
    viewport: { width: 800, height: 800 },
    colorScheme: 'dark',
    reducedMotion: 'reduce',
    storageState,
  });
  const frames: Frame[] = [];
  const listener = await findListener(url);
  for (const { change, ms } of STEPS) {
    await changeFlag(url, change);
    const halves: string[] = [];
    for (const path of ['/dashboard', `/?user=${listener}`]) {
      const page = await context.newPage();
      await page.goto(`${url}${path}`);
      await page.evaluate('document.fonts.ready');
      halves.push((await page.screenshot({ type: 'png' })).toString('base64'));
      await page.close();
    }
    const both = await context.newPage();
    await both.setViewportSize({ width: 1_200, height: 600 });
    const images = halves.map((data) => `<img src="data:image/png;base64,${data}" width="600" height="600">`);
    await both.setContent(`<body style="margin: 0; display: flex">${images.join('')}</body>`);
    frames.push({ png: await both.screenshot(), ms });
    await both.close();
  }
  await changeFlag(url, { status: true });
  await context.close();
  writeFileSync(join(DOCUMENTS, 'release.png'), animatedPng(frames));
  console.log('docs/screenshots/release.png');
}

const executablePath = chromiumPath();
if (executablePath === undefined) {
  console.error('screenshots need Chromium: install it, or name it in CHROMIUM_PATH');
  process.exit(1);
}
for (const folder of [DOCUMENTS, ALL]) mkdirSync(folder, { recursive: true });
const program = await startProgram();
try {
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  const state = await logIn(browser, program.url);
  // `npm run screenshots -- pages` leaves the documents' pictures as they are.
  if (!process.argv.includes('pages')) await filmRelease(browser, program.url, state);
  await beginRelease(program.url);
  if (!process.argv.includes('pages')) await photographDashboard(browser, program.url, state);
  await photographAll(browser, program, state);
  await browser.close();
} finally {
  await program.stop();
}
