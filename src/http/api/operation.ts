import type { Request } from 'express';
import * as z from 'zod';
import type { Role } from '../../access/key-record.ts';
import type { Author } from '../../store/store.ts';
import { parseBody, parseQuery } from '../input/parse.ts';
import { Problem } from '../problems/problem.ts';
import { withFieldCodes } from './openapi/field-codes.ts';

export interface Call<Params, Query, Body> {
  /** To whom the audit log attributes a change. */
  readonly author: Author;
  readonly params: Params;
  readonly query: Query;
  readonly body: Body;
  readonly header: (name: string) => string | undefined;
  /** Path and query as they came, for links to the next page. */
  readonly url: string;
}

export interface Reply {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: { readonly [name: string]: string } | undefined;
}

/** A response, whose body must be what the operation declares for its status: the tests' client validates each one. */
export const reply = (status: number, body?: unknown, headers?: Reply['headers']): Reply => ({
  status,
  body,
  headers,
});

export interface ReplySpec {
  readonly description: string;
  /** Default: an empty body. */
  readonly body?: z.ZodType;
  /** True: the handler writes the text of the body itself, whole or as an AsyncIterable of its parts. Default false. */
  readonly asText?: boolean;
  /** Default `application/json`. */
  readonly mediaType?: string;
  /** Header names and what they say. */
  readonly headers?: { readonly [name: string]: string };
}

interface Declaration {
  readonly tag: string;
  readonly summary: string;
  readonly description?: string;
  /** The least role that may do this; `public` needs no key. */
  readonly role: Role | 'public';
  /** True: changes nothing although it is a POST, so the limit of writes does not count it. Default false. */
  readonly isRead?: boolean;
  /** Which rate limit counts it. Default `management`. */
  readonly limit?: 'management' | 'evaluation';
  readonly params?: z.ZodObject;
  readonly query?: z.ZodObject;
  readonly body?: z.ZodType;
  /** What the document says of the body, where the handler validates more than a schema can. Default: `body`. */
  readonly documentedBody?: z.ZodType;
  /** Default 262,144 (256 KB). */
  readonly bodyLimitBytes?: number;
  /** Default 1,000. */
  readonly bodyNamesPerObject?: number;
  /** Request headers with a meaning, and what it is. */
  readonly headers?: { readonly [name: string]: string };
  readonly replies: { readonly [status: number]: ReplySpec };
  /** Statuses of problems that this operation itself can respond with, besides those that every operation has. */
  readonly problems?: readonly number[];
}

/** One row of the table from which both the routes and the OpenAPI document are made. */
export interface Operation extends Declaration {
  /** `operationId`: unique, camelCase, a verb first. */
  readonly id: string;
  readonly method: 'get' | 'post' | 'put' | 'delete';
  /** OpenAPI's form, `/flags/{flag_name}`. */
  readonly path: string;
  /** Validates the parts of the request, then does the work. @throws {Problem} */
  readonly run: (req: Request, author: Author) => Promise<Reply>;
}

const NOTHING = z.strictObject({});

/**
 * Declares an operation; the schemas beside `handle` type what it gets.
 *
 * @example
 * operation('getSchedule', 'get', '/schedules/{schedule_id}', { role: 'viewer', params, replies, handle: ({ params }) => … });
 */
export function operation<
  Params extends z.ZodObject = typeof NOTHING,
  Query extends z.ZodObject = typeof NOTHING,
  Body extends z.ZodType = z.ZodUndefined,
>(
  id: string,
  method: Operation['method'],
  path: string,
  declared: Declaration & {
    readonly params?: Params;
    readonly query?: Query;
    readonly body?: Body;
    readonly handle: (
      call: Call<z.output<Params>, z.output<Query>, z.output<Body>>,
    ) => Reply | Promise<Reply>;
  },
): Operation {
  const { handle, ...declaration } = declared;
  return {
    ...declaration,
    id,
    method,
    path,
    run: async (req, author) =>
      handle({
        author,
        params: pathOf(declared.params, req),
        query: queryOf(declared.query, req),
        body: bodyOf(declared.body, req),
        header: (name) => req.get(name),
        url: req.originalUrl,
      }),
  };
}

// Where a schema is left out, its type parameter is that of the default. An overload says so; an assertion could say anything.

/** A name that cannot exist is not a malformed request: nothing has that name, so it is 404. */
function pathOf<T extends z.ZodType>(schema: T | undefined, req: Request): z.output<T>;
function pathOf(schema: z.ZodType = NOTHING, req: Request): unknown {
  const result = schema.safeParse(req.params);
  if (result.success) return result.data;
  throw new Problem(404, 'not_found', 'There is nothing of that name here.');
}

function queryOf<T extends z.ZodType>(schema: T | undefined, req: Request): z.output<T>;
function queryOf(schema: z.ZodType = NOTHING, req: Request): unknown {
  return parseQuery(schema, req);
}

function bodyOf<T extends z.ZodType>(schema: T | undefined, req: Request): z.output<T>;
function bodyOf(schema: z.ZodType | undefined, req: Request): unknown {
  return schema === undefined ? undefined : withFieldCodes(() => parseBody(schema, req.body));
}
