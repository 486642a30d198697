import type { ErrorCode } from '../../problems/error-codes.ts';
import { Problem } from '../../problems/problem.ts';

/** Where a stable code of its own says more than "wrong type" or "not in range". Pointers into a body; the first that fits. */
const FIELD_CODES: readonly (readonly [pointer: RegExp, code: ErrorCode])[] = [
  [/\/(variation|offVariation)$/, 'invalid_variation'],
  [/\/(weight|rollout|rollout\/variations)$/, 'invalid_rollout'],
  [/^\/definition\/variations$/, 'invalid_rollout'],
  [/\/op$/, 'unknown_operator'],
];

/** Runs a parser, and gives its findings the codes of the fields that they are about. */
export function withFieldCodes<T>(parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof Problem) || error.errors.length === 0) throw error;
    const errors = error.errors.map((entry) => ({ ...entry, code: codeOf(entry.pointer, entry.code) }));
    throw new Problem(error.status, errors[0]?.code ?? error.code, error.message, {
      errors,
      headers: error.headers,
      cause: error,
    });
  }
}

function codeOf(pointer: string, code: ErrorCode): ErrorCode {
  if (code === 'unknown_field' || code === 'read_only_field') return code;
  const named = FIELD_CODES.find(([pattern]) => pattern.test(pointer));
  return named?.[1] ?? code;
}
