import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { chromium, type Browser } from 'playwright-core';
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
];

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

/** A quarter of the listeners has the new version, and listeners come. */
async function beginRelease(url: string): Promise<void> {
  const changed = await fetch(`${url}/flags/progressive-rollout`, {
    method: 'PUT',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ rollout_percentage: 25 }),
  });
  if (!changed.ok) throw new Error(`the release did not begin: ${changed.status} ${await changed.text()}`);
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
  await beginRelease(program.url);
  for (const shot of DASHBOARD_SHOTS) await photograph(browser, program.url, shot);
  await browser.close();
} finally {
  await program.stop();
}
