import type { ErrorCode } from '../../problems/error-codes.ts';
import { problemJson } from '../../problems/problem-body.ts';
import { Problem } from '../../problems/problem.ts';
import type { JsonObject } from './schema-registry.ts';

interface ProblemText {
  readonly description: string;
  readonly code: ErrorCode;
  /** Of the example. */
  readonly detail: string;
}

/** The problems that operations respond with, by status. */
const PROBLEMS: Readonly<Record<number, ProblemText>> = {
  400: {
    description: 'The path, the query, a header or the body is not what it must be',
    code: 'invalid_cursor',
    detail: 'cursor is not one of this list. Begin again without it.',
  },
  401: {
    description: 'No key, or one that is not known',
    code: 'unauthorized',
    detail: 'A key is required: Authorization: Bearer <key>, or X-API-Key: <key>.',
  },
  403: {
    description: "The key's role does not allow this",
    code: 'forbidden',
    detail: 'This needs the role operator; the key has viewer.',
  },
  404: {
    description: 'Not here, or not yours to see',
    code: 'not_found',
    detail: 'There is no flag "dark_mod" here. Did you mean "dark_mode"?',
  },
  406: {
    description: 'Only JSON is spoken here',
    code: 'not_acceptable',
    detail: 'Accept must allow application/json.',
  },
  409: {
    description: 'At odds with what is there',
    code: 'conflict',
    detail: 'There is a flag "dark_mode" already.',
  },
  412: {
    description: 'The version in If-Match is not the current one',
    code: 'version_mismatch',
    detail: 'If-Match asks for version 3, but the current one is 4. Read it again and change that.',
  },
  413: {
    description: 'Too large',
    code: 'payload_too_large',
    detail: 'The body is over 262144 bytes.',
  },
  415: {
    description: 'Not JSON, or in an encoding that is not understood',
    code: 'unsupported_media_type',
    detail: 'The body must be application/json.',
  },
  422: {
    description:
      'Well-formed, but refused: see `errors`. Also an `Idempotency-Key` that was used for another request',
    code: 'too_big',
    detail: '/rollout_percentage: Too big: expected number to be <=100',
  },
  428: {
    description: 'This service wants If-Match on every change',
    code: 'precondition_required',
    detail: 'This service takes changes only with If-Match: read it first.',
  },
  429: {
    description: 'Too many requests: see Retry-After',
    code: 'rate_limited',
    detail: 'More than 200 writes in 10 s. Wait 4 s.',
  },
  431: {
    description: 'More than 100 headers, or more than 16 KB of them',
    code: 'too_many_headers',
    detail: 'A request may have 100 headers.',
  },
  503: {
    description: 'The database is away: reads go on, writes wait',
    code: 'store_unavailable',
    detail: 'The database cannot be reached. Nothing was changed; try again.',
  },
};

const RETRY_AFTER = { 'Retry-After': { description: 'Seconds to wait.', schema: { type: 'string' } } };

/** `components.responses`: a `Problem…` for each status, with an example. @param schema of a problem */
export function problemResponses(schema: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(PROBLEMS).map(([status, { description, code, detail }]) => {
      const headers = status === '429' || status === '503' ? { headers: RETRY_AFTER } : {};
      const example = exampleOf(
        new Problem(Number(status), code, detail, { errors: errorsOf(code, detail) }),
      );
      const content = { 'application/problem+json': { schema, example } };
      return [`Problem${status}`, { description, ...headers, content }];
    }),
  );
}

function exampleOf(problem: Problem): unknown {
  return JSON.parse(problemJson(problem, '/flags/dark_mode'));
}

/** `/field: what is wrong` names a field. */
function errorsOf(code: ErrorCode, detail: string) {
  const [, pointer, text] = /^(\/\w+): (.*)$/.exec(detail) ?? [];
  return pointer === undefined || text === undefined ? [] : [{ pointer, code, detail: text }];
}
