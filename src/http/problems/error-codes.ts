import { FINDING_CODES } from './finding-codes.ts';

export interface ErrorText {
  /** The problem's `title`: the same for every answer with this code. */
  readonly title: string;
  readonly cause: string;
  readonly cure: string;
}

const REQUEST_CODES = {
  bad_encoding: {
    title: 'Body cannot be decompressed',
    cause: 'The body is not what Content-Encoding says, or it was cut short.',
    cure: 'Compress the whole body again, or send it without Content-Encoding.',
  },
  bad_path_encoding: {
    title: 'Path is not valid percent-encoded UTF-8',
    cause: 'A % in the path is not followed by two hexadecimal digits of a UTF-8 sequence.',
    cure: 'Encode each path segment with encodeURIComponent.',
  },
  bad_request: {
    title: 'Bad request',
    cause: 'The request does not follow HTTP.',
    cure: 'Read detail; most HTTP clients never send this.',
  },
  checksum: {
    title: 'Checksum does not fit',
    cause: 'The file of an import was changed or cut since it was exported.',
    cure: 'Export it again, or remove the checksum to import it as it is.',
  },
  conflict: {
    title: 'Already exists',
    cause: 'Something of this name is already there.',
    cure: 'Use another name, or PUT to change the one that is there.',
  },
  csrf: {
    title: 'Form was not sent from this site',
    cause: 'The form came from another site, or its token is missing, old or of another session.',
    cure: 'Reload the page and send the form again.',
  },
  duplicate_key: {
    title: 'Name given twice in one object',
    cause: 'JSON readers disagree on which of two equal names counts.',
    cure: 'Keep one of them.',
  },
  expectation_failed: {
    title: 'Expectation cannot be met',
    cause: 'The Expect header says something other than 100-continue.',
    cure: 'Leave the Expect header out.',
  },
  forbidden: {
    title: 'Not allowed',
    cause: 'The key is valid, but its kind or role does not reach this far.',
    cure: 'Use an administrator token whose role allows it: viewer < operator < admin.',
  },
  forbidden_key: {
    title: 'Name not allowed in JSON',
    cause: 'An object holds __proto__, or constructor with prototype inside.',
    cure: 'Rename the field.',
  },
  forbidden_target: {
    title: 'Address not allowed',
    cause: 'The address is private, local or otherwise not public.',
    cure: 'Use a public https address, or allow private targets in the configuration.',
  },
  idempotency_in_progress: {
    title: 'First request still under way',
    cause: 'A request with the same Idempotency-Key has not been answered yet.',
    cure: 'Wait for the seconds in Retry-After and send it again.',
  },
  idempotency_mismatch: {
    title: 'Idempotency-Key used for something else',
    cause: 'The same Idempotency-Key came with another method, path or body.',
    cure: 'Make a new Idempotency-Key for each new request.',
  },
  in_use: {
    title: 'Others need it',
    cause: 'Flags or segments refer to this one.',
    cure: 'Change those named in detail first.',
  },
  internal: {
    title: 'Something broke on our side',
    cause: 'A fault in this program. It is in the log under the request id.',
    cure: 'Try again; when it stays, report the X-Request-Id.',
  },
  invalid_context: {
    title: 'Context is not valid',
    cause: 'The context is not base64url of a JSON context with a kind and a key.',
    cure: 'Send {"kind":"user","key":"…"} as the SDKs do.',
  },
  invalid_cursor: {
    title: 'Cursor is not valid',
    cause: 'The cursor was changed, or belongs to another list.',
    cure: 'Start again without cursor.',
  },
  invalid_header: {
    title: 'Header is not valid',
    cause: 'A header has a value that it cannot have.',
    cure: 'Read detail, which names the header.',
  },
  invalid_key: {
    title: 'Key is not valid',
    cause:
      'An API key that is unknown, expired or revoked; or, in a body, a name with characters it may not have.',
    cure: 'Use a key that is listed at /keys; names match ^[A-Za-z0-9][A-Za-z0-9._-]{0,255}$.',
  },
  invalid_number: {
    title: 'Number cannot be kept exactly',
    cause: 'The number is beyond what JSON readers keep: an integer over 2^53 − 1, or larger than 1.8e308.',
    cure: 'Send it as a string.',
  },
  invalid_query: {
    title: 'Query is not valid',
    cause: 'A query parameter is unknown, repeated or out of its range.',
    cure: 'Read errors, which names the parameter.',
  },
  invalid_string: {
    title: 'Text cannot be kept',
    cause: 'The text holds a NUL, half a surrogate pair, or is longer than 64 KB.',
    cure: 'Remove what detail names.',
  },
  invalid_url: {
    title: 'URL not allowed',
    cause: 'The URL has a scheme, port, user or form that is not allowed.',
    cure: 'Use https on port 443 or 8443, without user and password.',
  },
  malformed_json: {
    title: 'Body is not JSON',
    cause: 'The body is empty or breaks JSON (RFC 8259) in UTF-8.',
    cure: 'Send one JSON value; detail says where it breaks.',
  },
  method_not_allowed: {
    title: 'Method not allowed here',
    cause: 'The path exists, but not with this method.',
    cure: 'Use one of the methods in the Allow header.',
  },
  not_acceptable: {
    title: 'Cannot answer in that format',
    cause: 'Accept leaves out application/json.',
    cure: 'Send Accept: application/json, or */*.',
  },
  not_found: {
    title: 'Not found',
    cause: 'Nothing is here, or nothing that this key may see.',
    cure: 'Check the path and the environment of the key.',
  },
  older_version: {
    title: 'Older than what is there',
    cause: 'The file of an import holds an older version of an item than the store.',
    cure: 'Export again from where the newer one is, or force the import.',
  },
  payload_too_large: {
    title: 'Body too large',
    cause: 'The body, also after decompression, is larger than this door takes.',
    cure: 'Send less at once; detail names the limit.',
  },
  pipelined_stream: {
    title: 'Stream asked for behind another request',
    cause: 'A stream must have its connection to itself, and this one has an answer outstanding.',
    cure: 'Open the stream on a connection of its own.',
  },
  precondition_required: {
    title: 'If-Match required',
    cause: 'This change must say which version it is made on.',
    cure: 'Read the resource and send If-Match with its version.',
  },
  rate_limited: {
    title: 'Too many requests',
    cause: 'More requests than this key or address may send.',
    cure: 'Wait for the seconds in Retry-After.',
  },
  read_only_field: {
    title: 'Field is set by the service',
    cause: 'The body names a field that only the service writes.',
    cure: 'Leave the field out.',
  },
  request_timeout: {
    title: 'Request took too long to arrive',
    cause: 'The request was not whole within the time limit.',
    cure: 'Send it again, faster.',
  },
  secure_mode: {
    title: 'Secure mode hash missing or wrong',
    cause: 'The environment is in secure mode and h is not the HMAC of the context.',
    cure: 'Have your server compute h with the SDK key: lower-case hex HMAC-SHA256 of the canonical key.',
  },
  storage_full: {
    title: 'Disk is full',
    cause: 'The database cannot grow. Reads go on; nothing was changed.',
    cure: 'Make room on the disk; writes work again by themselves.',
  },
  store_unavailable: {
    title: 'Store is not reachable',
    cause: 'The database is away or busy.',
    cure: 'Try again after the seconds in Retry-After.',
  },
  too_big: {
    title: 'Value too large',
    cause: 'A number, text or list is over its limit.',
    cure: 'Read errors, which names the limit.',
  },
  too_deep: {
    title: 'JSON nested too deeply',
    cause: 'Arrays and objects are nested more than 32 deep.',
    cure: 'Flatten the value.',
  },
  too_many_headers: {
    title: 'Too many headers',
    cause: 'The request has more than 100 headers, or more than 16 KB of them.',
    cure: 'Send fewer headers.',
  },
  too_many_streams: {
    title: 'Too many open streams',
    cause: 'The key or address has as many streams open as it may.',
    cure: 'Close some, or share one between readers.',
  },
  too_small: {
    title: 'Value too small',
    cause: 'A number, text or list is under its limit.',
    cure: 'Read errors, which names the limit.',
  },
  unauthorized: {
    title: 'Key required',
    cause: 'No key was given.',
    cure: 'Send Authorization: Bearer <token> or X-API-Key: <token>.',
  },
  unknown_field: {
    title: 'Unknown field',
    cause: 'The body names a field that does not exist here.',
    cure: 'Leave it out; check the spelling in /docs.',
  },
  unsupported_charset: {
    title: 'Charset not supported',
    cause: 'JSON is UTF-8 (RFC 8259, section 8.1).',
    cure: 'Send UTF-8, with charset=utf-8 or none.',
  },
  unsupported_encoding: {
    title: 'Content-Encoding not supported',
    cause: 'Bodies are read plain, gzip, deflate or br.',
    cure: 'Use one of those.',
  },
  unsupported_media_type: {
    title: 'Content-Type not supported',
    cause: 'The body is not declared as JSON.',
    cure: 'Send Content-Type: application/json.',
  },
  version_mismatch: {
    title: 'Changed in the meantime',
    cause: 'If-Match names another version than the one that is there.',
    cure: 'Read the resource again, apply the change to it, and send its version.',
  },
} as const satisfies Readonly<Record<string, ErrorText>>;

/** Every `code` that a door answers with, and what its reader can do about it. Served at `/docs/errors`. */
export const ERROR_CODES = { ...REQUEST_CODES, ...FINDING_CODES };

export type ErrorCode = keyof typeof ERROR_CODES;

export function isErrorCode(code: unknown): code is ErrorCode {
  return typeof code === 'string' && Object.hasOwn(ERROR_CODES, code);
}
