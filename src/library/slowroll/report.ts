import { emitWarning } from 'node:process';
import type { SlowrollFinding } from './finding.ts';
import type { SlowrollOptions } from './options.ts';

/** Tells somebody of a problem. Never throws. */
export type Report = (problem: Error | SlowrollFinding) => void;

/** Whoever is told may fail, at once or later: the values must not suffer from it, so a warning is all that becomes of it. */
export function createReport(onProblem: Required<SlowrollOptions>['onProblem']): Report {
  const tell = async (problem: Error | SlowrollFinding): Promise<void> => {
    try {
      // Its type says nothing of a promise, but async functions fit it too.
      const told: unknown = onProblem(problem);
      await told;
    } catch (error) {
      emitWarning(`slowroll: onProblem failed: ${String(error)}`);
    }
  };
  return (problem) => void tell(problem);
}
