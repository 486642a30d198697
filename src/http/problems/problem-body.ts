import type { Problem, ProblemEntry } from './problem.ts';
import { ERROR_CODES, type ErrorCode } from './error-codes.ts';

/** RFC 9457, with `code`, `errors`, and `message` for LaunchDarkly clients that read `{code, message}`. */
export interface ProblemBody {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly instance: string;
  readonly code: ErrorCode;
  readonly message: string;
  readonly errors: readonly ProblemEntry[];
  /** How many entries were left out to keep the response small; absent when none. */
  readonly errors_omitted?: number;
}

/** Bytes. The response to bad input must not amplify what was sent. */
const MAX_BODY_BYTES = 2048;
const MAX_DETAIL = 400;
const MAX_ENTRY_TEXT = 160;

/** `text` cut to `limit` UTF-16 units at a whole character, with an ellipsis. */
export function cut(text: string, limit: number): string {
  return text.length <= limit ? text : `${text.slice(0, limit - 1).toWellFormed()}…`;
}

/** The JSON of a problem, at most 2 KB: entries beyond that are counted instead of listed. `instance` is a path. */
export function problemJson(problem: Problem, instance: string): string {
  const detail = cut(problem.message, MAX_DETAIL);
  const entries = problem.errors.map((entry) => ({
    pointer: cut(entry.pointer, MAX_ENTRY_TEXT),
    code: entry.code,
    detail: cut(entry.detail, MAX_ENTRY_TEXT),
  }));
  const withEntries = (count: number): string =>
    JSON.stringify({
      type: `/docs/errors#${problem.code}`,
      title: ERROR_CODES[problem.code].title,
      status: problem.status,
      detail,
      instance: cut(instance, 200),
      code: problem.code,
      message: detail,
      errors: entries.slice(0, count),
      ...(count < entries.length ? { errors_omitted: entries.length - count } : {}),
    } satisfies ProblemBody);
  for (let count = entries.length; count > 0; count = Math.min(count - 1, 12)) {
    const json = withEntries(count);
    if (Buffer.byteLength(json) <= MAX_BODY_BYTES) return json;
  }
  return withEntries(0);
}
