import { type Finding } from '../../../evaluation/lint/finding.ts';
import { lintFlag, type LintSurroundings } from '../../../evaluation/lint/lint-flag.ts';
import { lintSegment } from '../../../evaluation/lint/lint-segment.ts';
import type { Flag, Segment } from '../../../evaluation/model.ts';
import type { Snapshot } from '../../../store/store.ts';
import type { ErrorCode } from '../../problems/error-codes.ts';
import { Problem } from '../../problems/problem.ts';

export interface Warning {
  readonly code: ErrorCode;
  /** RFC 6901, into the definition. */
  readonly pointer: string;
  readonly detail: string;
}

/** @throws Problem 422 with every finding that breaks the flag, or that SDKs would read differently */
export function lintedFlag(snapshot: Snapshot, flag: Flag): readonly Warning[] {
  return warningsOrProblem(lintFlag(flag, otherDefinitions(snapshot)));
}

/** @throws Problem 422 */
export function lintedSegment(snapshot: Snapshot, segment: Segment): readonly Warning[] {
  return warningsOrProblem(lintSegment(segment, otherDefinitions(snapshot)));
}

function warningsOrProblem(findings: readonly Finding[]): readonly Warning[] {
  const errors = findings.filter((finding) => finding.severity === 'error');
  const [first] = errors;
  if (first === undefined) {
    return findings.map(({ code, pointer, message }) => ({ code, pointer, detail: message }));
  }
  throw new Problem(422, first.code, `/definition${first.pointer}: ${first.message}`, {
    errors: errors.map(({ code, pointer, message }) => ({
      pointer: `/definition${pointer}`,
      code,
      detail: message,
    })),
  });
}

const otherDefinitions = ({ flags, segments }: Snapshot): LintSurroundings => ({
  flags: (key) => flags.get(key)?.definition,
  segments: (key) => segments.get(key)?.definition,
});
