import type { FindingCode } from '../../evaluation/lint/finding.ts';
import codes from './error-codes.json' with { type: 'json' };

export interface ErrorText {
  /** The problem's `title`: the same for every response with this code. */
  readonly title: string;
  readonly cause: string;
  readonly cure: string;
}

export type ErrorCode = keyof typeof codes;

/**
 * Every `code` of an error or a warning, and what its reader can do about it. Served at `/docs/errors`. The findings of
 * `evaluation/lint` are among them: as errors they refuse a change, as warnings they come with what was accepted.
 */
export const ERROR_CODES: Readonly<Record<ErrorCode | FindingCode, ErrorText>> = codes;

export function isErrorCode(code: unknown): code is ErrorCode {
  return typeof code === 'string' && Object.hasOwn(ERROR_CODES, code);
}
