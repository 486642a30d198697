/**
 * `npm run vectors -- FILE`: runs test vectors of the statistics and prints agreed / all by function.
 * Exit code 0: all agree; 1: one does not, or is not a case; 2: the file could not be read.
 */
import { readFileSync } from 'node:fs';
import { checkVectors, type FunctionCheck } from '../experiment/statistics/vector-checks/check-vectors.ts';

const USAGE = 'Usage: npm run vectors -- FILE\n';

/** Problems of one function that are printed in full. */
const MAX_SHOWN = 5;

function report({ name, agreed, all, problems }: FunctionCheck): string {
  const shown = problems.slice(0, MAX_SHOWN).map((problem) => `    ${problem.name}: ${problem.problem}\n`);
  const more = problems.length - shown.length;
  const rest = more > 0 ? `    and ${more} more\n` : '';
  return `${name.padEnd(30)}${`${agreed} / ${all}`.padStart(12)}\n${shown.join('')}${rest}`;
}

/** @returns the process's exit code */
function run(file: string): 0 | 1 | 2 {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    process.stderr.write(
      `vectors: ${file} cannot be read: ${error instanceof Error ? error.message : String(error)}\n`,
    );
    return 2;
  }
  const check = checkVectors(text);
  if (check.kind === 'unreadable') {
    process.stderr.write(`vectors: ${file}: ${check.problem}\n`);
    return 2;
  }
  const sum = (field: 'agreed' | 'all'): number =>
    check.functions.reduce((total, one) => total + one[field], 0);
  process.stdout.write(check.functions.map(report).join(''));
  process.stdout.write(`${'all'.padEnd(30)}${`${sum('agreed')} / ${sum('all')}`.padStart(12)}\n`);
  return check.functions.every(({ problems }) => problems.length === 0) ? 0 : 1;
}

const [file, ...others] = process.argv.slice(2);
if (file === '--help' || file === '-h') {
  process.stdout.write(USAGE);
} else if (file === undefined || file.startsWith('-') || others.length > 0) {
  process.stderr.write(`${file?.startsWith('-') === true ? `${file}: no such option\n` : ''}${USAGE}`);
  process.exitCode = file?.startsWith('-') === true ? 64 : 2;
} else {
  process.exitCode = run(file);
}
