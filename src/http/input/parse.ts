import type { Request } from 'express';
import type { z } from 'zod';
import type { ProblemEntry } from '../problems/problem.ts';
import { Problem } from '../problems/problem.ts';
import { type ErrorCode, isErrorCode } from '../problems/error-codes.ts';
import { jsonPointer } from './json-pointer.ts';

export interface ParseBodyOptions {
  /** Fields that only the service writes: naming one is `read_only_field`, not `unknown_field`. Default: READ_ONLY_FIELDS. */
  readonly readOnly?: ReadonlySet<string>;
}

export const READ_ONLY_FIELDS: ReadonlySet<string> = new Set([
  'id',
  '_id',
  '_links',
  'version',
  'created_at',
  'updated_at',
  'created_by',
  'createdAt',
  'updatedAt',
  'createdBy',
  'creationDate',
]);

const MAX_QUERY_PAIRS = 20;

/** The value as the schema has it; throws Problem 422 with one entry for each thing that is wrong. */
export function parseBody<T extends z.ZodType>(
  schema: T,
  value: unknown,
  { readOnly = READ_ONLY_FIELDS }: ParseBodyOptions = {},
): z.output<T> {
  const result = schema.safeParse(value, { reportInput: true });
  if (result.success) return result.data;
  const errors = result.error.issues.flatMap((issue) => entriesOf(issue, readOnly));
  const first = errors[0];
  throw new Problem(
    422,
    first?.code ?? 'invalid_value',
    first === undefined ? 'The body is not valid.' : sentence(first, errors.length),
    { errors },
  );
}

/** The query as the schema has it (values arrive as strings); throws Problem 400 `invalid_query`. */
export function parseQuery<T extends z.ZodType>(schema: T, req: Request): z.output<T> {
  const result = schema.safeParse(queryOf(req), { reportInput: true });
  if (result.success) return result.data;
  const errors = result.error.issues
    .flatMap((issue) => entriesOf(issue, new Set()))
    .map(({ pointer, detail }) => ({ pointer, code: 'invalid_query' as const, detail }));
  const first = errors[0];
  throw new Problem(
    400,
    'invalid_query',
    first === undefined ? 'The query is not valid.' : sentence(first, errors.length),
    { errors },
  );
}

/** The query's pairs, each name once, at most 20, with nothing that a database or a header could not hold. */
export function queryOf(req: Request): Readonly<Record<string, string>> {
  const at = req.originalUrl.indexOf('?');
  const raw = at === -1 ? '' : req.originalUrl.slice(at + 1);
  const pairs = raw.split('&').filter((pair) => pair !== '');
  if (pairs.length > MAX_QUERY_PAIRS) {
    throw new Problem(400, 'invalid_query', `The query has more than ${MAX_QUERY_PAIRS} parameters.`);
  }
  const query = new Map<string, string>();
  for (const pair of pairs) {
    const equals = pair.indexOf('=');
    const name = decodeQuery(equals === -1 ? pair : pair.slice(0, equals));
    const value = decodeQuery(equals === -1 ? '' : pair.slice(equals + 1));
    if (query.has(name)) throw invalidParameter(name, 'is given twice');
    if (`${name}${value}`.includes('\0')) throw invalidParameter(name, 'holds a NUL character');
    query.set(name, value);
  }
  // fromEntries defines own properties, so that a parameter named __proto__ is an unknown one like any other.
  return Object.fromEntries(query);
}

function decodeQuery(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch (error) {
    throw new Problem(400, 'invalid_query', 'The query is not valid percent-encoded UTF-8.', {
      cause: error,
    });
  }
}

function invalidParameter(name: string, complaint: string): Problem {
  const detail = `The query parameter ${JSON.stringify(name)} ${complaint}.`;
  return new Problem(400, 'invalid_query', detail, {
    errors: [{ pointer: jsonPointer([name]), code: 'invalid_query', detail }],
  });
}

function entriesOf(issue: z.core.$ZodIssue, readOnly: ReadonlySet<string>): readonly ProblemEntry[] {
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => ({
        pointer: jsonPointer([...issue.path, key]),
        ...(readOnly.has(key)
          ? { code: 'read_only_field', detail: 'This field is set by the service.' }
          : { code: 'unknown_field', detail: 'There is no such field.' }),
      }));
    case 'invalid_union': {
      // The alternative that fits best says most about what was meant.
      const [best] = issue.errors.toSorted((a, b) => a.length - b.length || depthOf(b) - depthOf(a));
      if (best === undefined || best.length === 0) return [entry(issue, 'invalid_value')];
      return best.flatMap((inner) => entriesOf({ ...inner, path: [...issue.path, ...inner.path] }, readOnly));
    }
    case 'custom':
      return [entry(issue, isErrorCode(issue.params?.['code']) ? issue.params['code'] : 'invalid_value')];
    case 'invalid_type':
    case 'too_big':
    case 'too_small':
      return [entry(issue, issue.code)];
    case 'invalid_key':
      return [entry(issue, 'invalid_key')];
    case 'invalid_format':
    case 'not_multiple_of':
    case 'invalid_element':
    case 'invalid_value':
      return [entry(issue, 'invalid_value')];
    default:
      return issue satisfies never;
  }
}

function entry(issue: z.core.$ZodIssue, code: ErrorCode): ProblemEntry {
  return { pointer: jsonPointer(issue.path), code, detail: issue.message };
}

function sentence({ pointer, detail }: ProblemEntry, count: number): string {
  const more = count > 1 ? ` (and ${count - 1} more)` : '';
  return `${pointer === '' ? 'The body' : pointer}: ${detail}${more}`;
}

function depthOf(issues: readonly z.core.$ZodIssue[]): number {
  return Math.max(0, ...issues.map(({ path }) => path.length));
}
