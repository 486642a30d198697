import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { chromium, type Browser } from 'playwright-core';
import { animatedPng, type Frame } from './animated-png.ts';
import { chromiumPath } from '../test/support/chromium.ts';

// Writes docs/screenshots/*.png: starts the program with fresh data, opens its pages, photographs them, stops it.

const ROOT = join(import.meta.dirname, '..');
const FOLDER = join(ROOT, 'docs', 'screenshots');

interface Shot {
  readonly name: string;
  readonly path: string;
  readonly theme: 'dark' | 'light';
  readonly width: number;
  readonly height: number;
}

const DESKTOP = { width: 1440, height: 900 };
const TALL = { width: 1440, height: 1280 };
const PHONE = { width: 320, height: 720 };

const SHOTS: readonly Shot[] = [
  { name: 'top-ten', path: '/', theme: 'dark', ...DESKTOP },
  { name: 'full-crate', path: '/?groups=beta_testers', theme: 'dark', ...TALL },
  { name: 'full-crate-day', path: '/?groups=beta_testers', theme: 'light', ...TALL },
  { name: 'search', path: '/?groups=beta_testers&q=love', theme: 'dark', ...TALL },
  { name: 'phone', path: '/', theme: 'dark', ...PHONE },
  { name: 'phone-day', path: '/?groups=beta_testers', theme: 'light', ...PHONE },
  { name: 'error', path: '/nowhere', theme: 'dark', ...DESKTOP },
];

/** Taken in the middle of a release. */
const DASHBOARD_SHOTS: readonly Shot[] = [
  { name: 'dashboard', path: '/dashboard', theme: 'dark', ...DESKTOP },
  { name: 'dashboard-day', path: '/dashboard', theme: 'light', ...DESKTOP },
  { name: 'dashboard-phone', path: '/dashboard', theme: 'dark', width: 320, height: 1_400 },
  ...pages([
    ['targeting', '/dashboard/flags/progressive-rollout/targeting'],
    ['release', '/dashboard/flags/progressive-rollout/release'],
    ['experiment', '/dashboard/flags/progressive-rollout/experiment'],
    ['history', '/dashboard/flags/progressive-rollout/history'],
    ['who', '/dashboard/who?flag=progressive-rollout'],
    ['audit', '/dashboard/audit'],
    ['new-flag', '/dashboard/new-flag'],
    ['keys', '/dashboard/keys'],
  ]),
];

/** Each page by night, by day and on a phone. */
function pages(named: readonly (readonly [name: string, path: string])[]): readonly Shot[] {
  return named.flatMap(([name, path]): readonly Shot[] => [
    { name: `dashboard-${name}`, path, theme: 'dark', ...TALL },
    { name: `dashboard-${name}-day`, path, theme: 'light', ...TALL },
    { name: `dashboard-${name}-phone`, path, theme: 'dark', width: 360, height: 1_400 },
  ]);
}

interface Running {
  readonly url: string;
  stop(): Promise<void>;
}

/** The program as `npm start` runs it, on a free port and in a folder of its own. */
async function startProgram(): Promise<Running> {
  const dataDir = mkdtempSync(join(tmpdir(), 'dj-toggle-screenshots-'));
  const program = spawn(process.execPath, [join(ROOT, 'src', 'main.ts')], {
    env: { PATH: process.env['PATH'], PORT: '0', AUTH: 'off', DATA_DIR: dataDir, LOG_LEVEL: 'warn' },
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
    if (url !== undefined) return { url, stop };
  }
  await stop();
  throw new Error('the program ended before it said where it listens');
}

async function changeFlag(url: string, fields: object): Promise<void> {
  const changed = await fetch(`${url}/flags/progressive-rollout`, {
    method: 'PUT',
    headers: { 'Content-Type': 'application/json' },
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

async function photograph(browser: Browser, url: string, shot: Shot): Promise<void> {
  const context = await browser.newContext({
    viewport: { width: shot.width, height: shot.height },
    colorScheme: shot.theme,
    reducedMotion: 'reduce',
  });
  const page = await context.newPage();
  await page.goto(`${url}${shot.path}`);
  await page.evaluate('document.fonts.ready');
  await page.screenshot({ path: join(FOLDER, `${shot.name}.png`) });
  await context.close();
  console.log(`docs/screenshots/${shot.name}.png`);
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
async function filmRelease(browser: Browser, url: string): Promise<void> {
  const context = await browser.newContext({
    viewport: { width: 800, height: 800 },
    colorScheme: 'dark',
    reducedMotion: 'reduce',
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
  writeFileSync(join(FOLDER, 'release.png'), animatedPng(frames));
  console.log('docs/screenshots/release.png');
}

const executablePath = chromiumPath();
if (executablePath === undefined) {
  console.error('screenshots need Chromium: install it, or name it in CHROMIUM_PATH');
  process.exit(1);
}
mkdirSync(FOLDER, { recursive: true });
const program = await startProgram();
try {
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  for (const shot of SHOTS) await photograph(browser, program.url, shot);
  await filmRelease(browser, program.url);
  await beginRelease(program.url);
  for (const shot of DASHBOARD_SHOTS) await photograph(browser, program.url, shot);
  await browser.close();
} finally {
  await program.stop();
}
