import { z } from 'zod';
import { SORT_COLUMNS, type PlaylistQuery } from '../../playlist/playlist.ts';
import { Problem } from '../problems/problem.ts';

export const DEFAULT_LIMIT = 50;
const MAX_LIMIT = 100;
const MAX_QUERY_CHARACTERS = 200;

/** What the address asks of the list. The top 10 uses only `deck`. */
export interface ListQuery extends PlaylistQuery {
  readonly descending: boolean;
  readonly limit: number;
  /** The number shown for the page's first track. */
  readonly from: number;
  /** Id of the track on the deck. */
  readonly deck?: string | undefined;
}

const one = (what: string) => z.string(`expected ${what} once`);

const wholeNumber = (low: number, high: number) => {
  const expected = `expected a whole number from ${low} to ${high}`;
  return z
    .string(expected)
    .regex(/^\d{1,9}$/, expected)
    .transform(Number)
    .refine((value) => value >= low && value <= high, expected);
};

const listQuerySchema = z.object({
  q: one('some words')
    .max(MAX_QUERY_CHARACTERS, `expected at most ${MAX_QUERY_CHARACTERS} characters`)
    .optional(),
  sort: z.enum(SORT_COLUMNS, `expected one of ${SORT_COLUMNS.join(', ')}`).optional(),
  direction: z.enum(['asc', 'desc'], 'expected asc or desc').default('asc'),
  cursor: one('a cursor').max(2048, 'expected at most 2048 characters').optional(),
  limit: wholeNumber(1, MAX_LIMIT).default(DEFAULT_LIMIT),
  from: wholeNumber(1, 999_999_999).default(1),
  deck: one('a track').max(64, 'expected a track').optional(),
});

type QueryFields = Readonly<Record<string, unknown>>;

/** An empty field counts as absent. @throws Problem 400 `invalid_query` that names the field and what was expected. */
export function parseListQuery(fields: QueryFields): ListQuery {
  const parsed = listQuerySchema.safeParse(givenFields(fields));
  if (parsed.success) return listQueryOf(parsed.data);
  throw new Problem(
    400,
    'invalid_query',
    parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; '),
  );
}

/** The same for a page, whose old links must lead somewhere: with a field that is not valid the list begins anew. */
export function parsePageQuery(fields: QueryFields): {
  readonly query: ListQuery;
  readonly isReset: boolean;
} {
  const given = givenFields(fields);
  const parsed = listQuerySchema.safeParse(given);
  if (parsed.success) return { query: listQueryOf(parsed.data), isReset: false };
  const invalid = new Set(parsed.error.issues.map(({ path }) => path[0]));
  const valid = Object.entries(given).filter(([name]) => !invalid.has(name));
  return { query: firstPage(listQueryOf(listQuerySchema.parse(Object.fromEntries(valid)))), isReset: true };
}

/** The beginning of the same list. */
export function firstPage({ cursor: _cursor, from: _from, ...query }: ListQuery): ListQuery {
  return { ...query, from: 1 };
}

function givenFields(fields: QueryFields): QueryFields {
  return Object.fromEntries(
    Object.keys(listQuerySchema.shape)
      .filter((name) => Object.hasOwn(fields, name) && fields[name] !== '')
      .map((name) => [name, fields[name]]),
  );
}

function listQueryOf({ q, direction, ...rest }: z.infer<typeof listQuerySchema>): ListQuery {
  return { ...rest, q: q?.trim() || undefined, descending: direction === 'desc' };
}
