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

/** Of one benchmark; what takes longer is ended, and counts as failed. */
const TIME_LIMIT_MS = 10 * 60_000;

/** Where the benchmark's own default takes long: five runs, as the others have five rounds. */
const OPTIONS: Readonly<Record<string, readonly string[]>> = { release: ['--runs', '5'] };

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !BENCHMARKS.includes(name));
if (unknown.length > 0) {
  console.error(`there is no benchmark ${unknown.join(', ')}; there are ${BENCHMARKS.join(', ')}`);
  process.exit(1);
}
const chosen = wanted.length === 0 ? BENCHMARKS : wanted;
const folder = mkdtempSync(join(tmpdir(), 'dj-toggle-bench-'));
const figuresFile = join(folder, 'figures.jsonl');

/** Whether it came to its end. Nothing that it started outlives it. */
async function run(name: string): Promise<boolean> {
  const child = spawn(
    process.execPath,
    [join(import.meta.dirname, name, 'main.ts'), ...(OPTIONS[name] ?? [])],
    {
      cwd: PROJECT_DIR,
      env: { ...process.env, [FIGURES_FILE]: figuresFile },
      stdio: 'inherit',
      // A process group of its own, so that it can be ended with all that it started.
      detached: true,
    },
  );
  const endGroup = (): void => {
    try {
      process.kill(-(child.pid ?? 0), 'SIGKILL');
    } catch (error) {
      // No process is left.
      if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
    }
  };
  const interrupted = (): void => {
    endGroup();
    process.exit(130);
  };
  process.once('SIGINT', interrupted).once('SIGTERM', interrupted);
  const timeout = setTimeout(() => {
    console.error(`${name} took longer than ${TIME_LIMIT_MS / 60_000} minutes and was ended`);
    endGroup();
  }, TIME_LIMIT_MS);
  await once(child, 'exit');
  clearTimeout(timeout);
  process.off('SIGINT', interrupted).off('SIGTERM', interrupted);
  endGroup();
  return child.exitCode === 0;
}

const minutesSince = (began: number): number => (performance.now() - began) / 60_000;
const began = performance.now();
const failed: string[] = [];
for (const [index, name] of chosen.entries()) {
  console.log(`\n== ${name} (${index + 1} of ${chosen.length})`);
  const own = performance.now();
  const ended = await run(name);
  if (!ended) failed.push(name);
  console.log(`== ${name} ${ended ? 'took' : 'FAILED after'} ${minutesSince(own).toFixed(1)} minutes`);
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
  writeFileSync(join(PROJECT_DIR, 'bench', 'RESULTS.md'), resultsPage(figures, minutesSince(began), failed));
}
console.log(`\nall took ${minutesSince(began).toFixed(1)} minutes`);
if (failed.length > 0) {
  console.error(`these benchmarks failed: ${failed.join(', ')}`);
  process.exitCode = 1;
}
