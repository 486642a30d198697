import type { ErrorCode } from './error-codes.ts';

export interface ProblemEntry {
  /** RFC 6901, into the body. */
  readonly pointer: string;
  readonly code: ErrorCode;
  readonly detail: string;
}

export interface ProblemOptions {
  readonly errors?: readonly ProblemEntry[];
  readonly headers?: { readonly [name: string]: string };
  readonly cause?: unknown;
}

/** A response that is not a success, thrown anywhere in a router; the error handler turns it into RFC 9457 or an HTML page. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly status: number;
  readonly code: ErrorCode;
  readonly errors: readonly ProblemEntry[];
  readonly headers: { readonly [name: string]: string };

  constructor(status: number, code: ErrorCode, detail: string, options: ProblemOptions = {}) {
    super(detail, options.cause === undefined ? undefined : { cause: options.cause });
    this.status = status;
    this.code = code;
    this.errors = options.errors ?? [];
    this.headers = options.headers ?? {};
  }
}

/** 422 for one field of a body: `/at: expected a time to come`. */
export const invalidField = (pointer: string, code: ErrorCode, detail: string): Problem =>
  new Problem(422, code, `${pointer}: ${detail}`, { errors: [{ pointer, code, detail }] });
