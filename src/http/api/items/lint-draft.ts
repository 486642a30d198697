import { type Finding } from '../../../evaluation/lint/finding.ts';
import { lintFlag, type LintSurroundings } from '../../../evaluation/lint/lint-flag.ts';
import { lintSegment } from '../../../evaluation/lint/lint-segment.ts';
import type { ItemKind, RecordByKind, Snapshot } from '../../../store/store.ts';
import type { ErrorCode } from '../../problems/error-codes.ts';
import { Problem } from '../../problems/problem.ts';

export interface Warning {
  readonly code: ErrorCode;
  /** RFC 6901, into the definition. */
  readonly pointer: string;
  readonly detail: string;
}

const LINTS: {
  readonly [Kind in ItemKind]: (
    definition: RecordByKind[Kind]['definition'],
    others: LintSurroundings,
  ) => readonly Finding[];
} = { flag: lintFlag, segment: lintSegment };

/** @throws Problem 422 with every finding that breaks the definition, or that SDKs would read differently */
export function linted<Kind extends ItemKind>(
  { flags, segments }: Snapshot,
  kind: Kind,
  definition: RecordByKind[Kind]['definition'],
): readonly Warning[] {
  const findings = LINTS[kind](definition, {
    flags: (key) => flags.get(key)?.definition,
    segments: (key) => segments.get(key)?.definition,
  });
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
