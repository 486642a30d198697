import type { Request } from 'express';
import { toJSONSchema, type z } from 'zod';
import { nearestWord } from '../../shared/nearest-word.ts';
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
  const errors = result.error.issues.flatMap((issue) =>
    entriesOf(issue, { readOnly, known: fieldNames(schema) }),
  );
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
    .flatMap((issue) => entriesOf(issue, { readOnly: new Set(), known: fieldNames(schema) }))
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
  if (at === -1) return {};
  const pairs = req.originalUrl
    .slice(at + 1)
    .split('&')
    .filter((pair) => pair !== '');
  if (pairs.length > MAX_QUERY_PAIRS) {
    throw new Problem(400, 'invalid_query', `The query has more than ${MAX_QUERY_PAIRS} parameters.`);
  }
  const query = new Map<string, string>();
  for (const pair of pairs) {
    const equals = pair.indexOf('=');
    const name = decodeQuery(equals === -1 ? pair : pair.slice(0, equals));
    const value = decodeQuery(equals === -1 ? '' : pair.slice(equals + 1));
    if (query.has(name)) throw invalidParameter(name, 'is given twice');
    if (name.includes('\0') || value.includes('\0')) throw invalidParameter(name, 'holds a NUL character');
    query.set(name, value);
  }
  // fromEntries defines own properties, so that a parameter named __proto__ is an unknown one like any other.
  return Object.fromEntries(query);
}

function decodeQuery(text: string): string {
  if (!text.includes('%') && !text.includes('+')) return text;
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

interface FieldNames {
  readonly readOnly: ReadonlySet<string>;
  /** Every field that the schema has anywhere. */
  readonly known: ReadonlySet<string>;
}

function entriesOf(issue: z.core.$ZodIssue, names: FieldNames): readonly ProblemEntry[] {
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => ({
        pointer: jsonPointer([...issue.path, key]),
        ...(names.readOnly.has(key)
          ? { code: 'read_only_field', detail: 'This field is set by the service.' }
          : { code: 'unknown_field', detail: `There is no such field.${didYouMean(key, names.known)}` }),
      }));
    case 'invalid_union': {
      // The alternative that fits best says most about what was meant.
      const [best] = issue.errors.toSorted((a, b) => a.length - b.length || depthOf(b) - depthOf(a));
      if (best === undefined || best.length === 0) return [entry(issue, 'invalid_value')];
      return best.flatMap((inner) => entriesOf({ ...inner, path: [...issue.path, ...inner.path] }, names));
    }
    case 'custom':
      return [entry(issue, isErrorCode(issue.params?.['code']) ? issue.params['code'] : 'invalid_value')];
    case 'invalid_type':
      return [isMissing(issue) ? missing(issue) : entry(issue, 'invalid_type')];
    case 'too_big':
      return [
        entry(issue, issue.origin === 'number' || issue.origin === 'int' ? 'too_big' : 'limit_exceeded'),
      ];
    case 'too_small':
      return [entry(issue, 'too_small')];
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

const isMissing = ({ input, path }: z.core.$ZodIssue): boolean => input === undefined && path.length > 0;

function missing({ path }: z.core.$ZodIssue): ProblemEntry {
  return { pointer: jsonPointer(path), code: 'invalid_type', detail: `${String(path.at(-1))} is required` };
}

/** ` Did you mean "status"?`, or nothing when no candidate is near. */
export function didYouMean(word: string, candidates: Iterable<string>): string {
  const nearest = nearestWord(word, candidates);
  return nearest === undefined ? '' : ` Did you mean "${nearest}"?`;
}

/** The names of the schema's properties at any depth, for messages of errors. */
function fieldNames(schema: z.ZodType): ReadonlySet<string> {
  const found = new Set<string>();
  const collect = (part: unknown): void => {
    if (typeof part !== 'object' || part === null) return;
    for (const [name, value] of Object.entries(part)) {
      if (name === 'properties') for (const field of Object.keys(value ?? {})) found.add(field);
      collect(value);
    }
  };
  collect(toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }));
  return found;
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
