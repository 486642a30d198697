/**
 * Runs every benchmark, one after the other, and writes what they measured to bench/RESULTS.md: `npm run bench`.
 * Named benchmarks are run alone and only printed: `npm run bench -- site start`.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FIGURES_FILE, type ReportedFigure } from './support/figures.ts';
import { PROJECT_DIR } from './support/programs.ts';
import { resultsPage } from './support/results-page.ts';

/** Each is test/bench/<name>/main.ts. */
const BENCHMARKS = readdirSync(import.meta.dirname)
  .filter((name) => existsSync(join(import.meta.dirname, name, 'main.ts')))
  .toSorted();

const wanted = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), 'dj-toggle-bench-'));
const figuresFile = join(folder, 'figures.jsonl');
const failed: string[] = [];
for (const name of BENCHMARKS.filter((each) => wanted.length === 0 || wanted.includes(each))) {
  const file = join(import.meta.dirname, name, 'main.ts');
  console.log(`\n== ${name}`);
  const child = spawn(process.execPath, [file], {
    cwd: PROJECT_DIR,
    env: { ...process.env, [FIGURES_FILE]: figuresFile },
    stdio: 'inherit',
  });
  await once(child, 'exit');
  if (child.exitCode !== 0) failed.push(name);
}

const figures = existsSync(figuresFile)
  ? readFileSync(figuresFile, 'utf8')
      .trim()
      .split('\n')
      .map((line): ReportedFigure => JSON.parse(line))
  : [];
rmSync(folder, { recursive: true, force: true });
if (wanted.length === 0) {
  mkdirSync(join(PROJECT_DIR, 'bench'), { recursive: true });
  writeFileSync(join(PROJECT_DIR, 'bench', 'RESULTS.md'), resultsPage(figures));
}
if (failed.length > 0) {
  console.error(`these benchmarks failed: ${failed.join(', ')}`);
  process.exitCode = 1;
}
