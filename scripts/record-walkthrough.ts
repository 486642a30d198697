import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { chromium } from 'playwright-core';
import { chromiumPath } from '../test/support/chromium.ts';

// Plays the walkthrough in Chromium, from a fresh start to the completed release, and writes docs/screenshots/walkthrough-*.png.

const ROOT = join(import.meta.dirname, '..');
const FOLDER = join(ROOT, 'docs', 'screenshots');
const STEPS = 8;
/** The dots of a change are still on their way when its proof is there. */
const SETTLE_MS = 1_500;

const executablePath = chromiumPath();
if (executablePath === undefined) throw new Error('there is no Chromium; set CHROMIUM_PATH');
const dataDir = mkdtempSync(join(tmpdir(), 'dj-toggle-walkthrough-'));
const program = spawn(process.execPath, [join(ROOT, 'src', 'main.ts')], {
  env: {
    PATH: process.env['PATH'],
    PORT: '0',
    AUTH: 'off',
    DATA_DIR: dataDir,
    LOG_LEVEL: 'fatal',
    SHUTDOWN_DELAY: '0',
  },
  stdio: ['ignore', 'pipe', 'inherit'],
});
const exited = once(program, 'exit');
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
try {
  const url = await addressOf();
  mkdirSync(FOLDER, { recursive: true });
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 }, colorScheme: 'dark' });
  const shoot = async (name: string): Promise<void> => {
    await page.waitForTimeout(SETTLE_MS);
    await page.screenshot({ path: join(FOLDER, `${name}.png`) });
    console.log(`docs/screenshots/${name}.png`);
  };
  await page.goto(`${url}/walkthrough`);
  for (let step = 1; step <= STEPS; step += 1) {
    await page.locator('.walk-number b', { hasText: String(step) }).waitFor();
    await page.locator('#run').click();
    await page.locator('#step[data-status=proven]').waitFor({ timeout: 120_000 });
    await shoot(`walkthrough-${step}`);
    if (step < STEPS) await page.locator('#next').click();
  }
  await page.goto(`${url}/floor`);
  await shoot('floor');
} finally {
  await browser.close();
  program.kill('SIGTERM');
  await exited;
  rmSync(dataDir, { recursive: true, force: true });
}

async function addressOf(): Promise<string> {
  for await (const line of createInterface({ input: program.stdout })) {
    const [url] = /http:\/\/localhost:\d+/.exec(line) ?? [];
    if (url !== undefined) return url;
  }
  throw new Error('the program ended before it said where it is');
}
