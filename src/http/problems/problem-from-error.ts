import { STATUS_CODES } from '../../shared/node-http.ts';
import { StoreUnavailableError } from '../../store/store.ts';
import { Problem } from './problem.ts';
import type { ErrorCode } from './error-codes.ts';

const BODY_READER: Readonly<Record<string, readonly [status: number, code: ErrorCode, detail: string]>> = {
  'encoding.unsupported': [
    415,
    'unsupported_encoding',
    'Content-Encoding must be gzip, deflate, br or absent.',
  ],
  'charset.unsupported': [415, 'unsupported_charset', 'The body must be UTF-8.'],
  'encoding.corrupt': [400, 'bad_encoding', 'The body cannot be decompressed as Content-Encoding says.'],
  'entity.too.large': [413, 'payload_too_large', 'The body is too large.'],
  'request.size.invalid': [400, 'bad_request', 'The body is not as long as Content-Length says.'],
  'request.aborted': [400, 'bad_request', 'The body ended before it was whole.'],
  'parameters.too.many': [413, 'limit_exceeded', 'The form has too many fields.'],
};

const BY_STATUS: Readonly<Record<number, ErrorCode>> = {
  400: 'bad_request',
  403: 'forbidden',
  404: 'not_found',
  405: 'method_not_allowed',
  406: 'not_acceptable',
  408: 'request_timeout',
  412: 'version_mismatch',
  413: 'payload_too_large',
  415: 'unsupported_media_type',
  416: 'invalid_header',
  429: 'rate_limited',
};

/** Turns anything that was thrown into a Problem. An unexpected error becomes 500 `internal`, without its cause. */
export function problemFromError(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof StoreUnavailableError) {
    const full = error.reason === 'full';
    return new Problem(
      503,
      full ? 'storage_full' : 'store_unavailable',
      full
        ? 'The disk of the store is full; nothing was changed. Reads go on.'
        : 'The store is not reachable at the moment. Whether a change was carried out is unknown: read it again, or send it again with the same Idempotency-Key.',
      {
        headers: { 'retry-after': String(Math.max(1, Math.ceil(error.retryAfterSeconds))) },
        cause: error,
      },
    );
  }
  if (error instanceof URIError) {
    return new Problem(400, 'bad_path_encoding', 'The path is not valid percent-encoded UTF-8.', {
      cause: error,
    });
  }
  const http = httpError(error);
  if (http === undefined) {
    return new Problem(500, 'internal', 'Something broke on our side. It is logged under the request id.', {
      cause: error,
    });
  }
  const [status, code, detail] = BODY_READER[http.type] ?? [
    http.status,
    BY_STATUS[http.status] ?? 'bad_request',
    `${STATUS_CODES[http.status] ?? 'The request cannot be served'}.`,
  ];
  return new Problem(status, code, detail, { cause: error });
}

/** The client errors of Express and its body readers (http-errors); zlib's come through them with zlib's code. */
function httpError(error: unknown): { readonly status: number; readonly type: string } | undefined {
  if (!(error instanceof Error) || !('status' in error)) return undefined;
  const { status } = error;
  if (typeof status !== 'number' || !Number.isInteger(status) || status < 400 || status > 499)
    return undefined;
  if ('type' in error && typeof error.type === 'string') return { status, type: error.type };
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  return { status, type: /^(Z_|ERR_)/.test(code) ? 'encoding.corrupt' : '' };
}
