import { readFileSync } from 'node:fs';
import { z } from 'zod';

/** Prints vitest's counts as one line and fails when a test failed or was skipped, or when there was none. */
const report = z
  .object({
    numPassedTests: z.number(),
    numFailedTests: z.number(),
    numPendingTests: z.number(),
    numTodoTests: z.number(),
  })
  .parse(JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')));

const skipped = report.numPendingTests + report.numTodoTests;
console.log(`${report.numPassedTests} passed, ${report.numFailedTests} failed, ${skipped} skipped`);
if (report.numFailedTests > 0 || skipped > 0 || report.numPassedTests === 0) process.exitCode = 1;
