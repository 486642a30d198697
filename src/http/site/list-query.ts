import { z } from 'zod';
import { SORT_COLUMNS, type PlaylistQuery, type SortColumn } from '../../playlist/playlist.ts';
import { Problem } from '../problems/problem.ts';

export const DEFAULT_LIMIT = 50;
const MAX_LIMIT = 100;
const MAX_QUERY_CHARACTERS = 200;

/** What the address asks of the list. The top 10 heeds only `deck`. */
export interface ListQuery {
  readonly q?: string;
  readonly sort?: SortColumn;
  readonly descending: boolean;
  readonly cursor?: string;
  readonly limit: number;
  /** The place of the page's first track in the listing; for the eye only. */
  readonly from: number;
  /** Id of the track that is on the deck. */
  readonly deck?: string;
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

/** A field that is empty was not said. @throws Problem 400 `invalid_query` that names the field and what was expected. */
export function parseListQuery(fields: Readonly<Record<string, unknown>>): ListQuery {
  const said = Object.fromEntries(
    Object.keys(listQuerySchema.shape)
      .filter((name) => Object.hasOwn(fields, name) && fields[name] !== '')
      .map((name) => [name, fields[name]]),
  );
  const parsed = listQuerySchema.safeParse(said);
  if (!parsed.success) {
    throw new Problem(
      400,
      'invalid_query',
      parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; '),
    );
  }
  const { q, sort, direction, cursor, limit, from, deck } = parsed.data;
  const words = q?.trim() ?? '';
  return {
    ...(words === '' ? {} : { q: words }),
    ...(sort === undefined ? {} : { sort }),
    descending: direction === 'desc',
    ...(cursor === undefined ? {} : { cursor }),
    limit,
    from,
    ...(deck === undefined ? {} : { deck }),
  };
}

export function playlistQuery(query: ListQuery): PlaylistQuery {
  return {
    ...(query.q === undefined ? {} : { q: query.q }),
    ...(query.sort === undefined ? {} : { sort: query.sort }),
    descending: query.descending,
    ...(query.cursor === undefined ? {} : { cursor: query.cursor }),
    limit: query.limit,
  };
}
