import { emitWarning } from 'node:process';
import type { SlowrollFinding } from '../../shared/slowroll-document/finding.ts';
import type { SlowrollOptions } from './options.ts';

/** Reports a problem. Never throws. */
export type Report = (problem: Error | SlowrollFinding) => void;

/** A callback that throws or rejects must not affect the values, so its error becomes a warning. */
export function createReport(onProblem: Required<SlowrollOptions>['onProblem']): Report {
  const tell = async (problem: Error | SlowrollFinding): Promise<void> => {
    try {
      // Async functions fit its type, too.
      const told: unknown = onProblem(problem);
      await told;
    } catch (error) {
      emitWarning(`slowroll: onProblem failed: ${String(error)}`);
    }
  };
  return (problem) => void tell(problem);
}
