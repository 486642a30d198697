import type { Request } from 'express';
import * as z from 'zod';
import type { Author } from '../../../store/store.ts';
import { parseBody, parseQuery } from '../../input/parse.ts';
import { Problem } from '../../problems/problem.ts';
import { withFieldCodes } from './field-codes.ts';
import type { Reply, ReplyOf, ReplySpecs } from './reply.ts';
import type { Role } from '../../../access/key-record.ts';

export type Method = 'get' | 'post' | 'put' | 'delete';

/** Who calls, as authentication found. */
export interface Caller {
  readonly author: Author;
  readonly role: Role;
}

export interface Call<Params, Query, Body> extends Caller {
  readonly params: Params;
  readonly query: Query;
  readonly body: Body;
  readonly header: (name: string) => string | undefined;
  /** Path and query as they came, for links to the next page. */
  readonly url: string;
}

interface Declaration {
  /** `operationId`: unique, camelCase, a verb first. */
  readonly id: string;
  readonly method: Method;
  /** OpenAPI's form, `/flags/{flag_name}`. */
  readonly path: string;
  readonly tag: string;
  readonly summary: string;
  readonly description?: string;
  /** The least role that may do this; `public` needs no key. There is no default: what is not declared is not served. */
  readonly role: Role | 'public';
  /** True: changes nothing although it is a POST, so the limit of writes does not count it. Default false. */
  readonly isRead?: boolean;
  /** Which rate limit counts it. Default `management`. */
  readonly limit?: 'management' | 'evaluation';
  readonly params?: z.ZodObject;
  readonly query?: z.ZodObject;
  readonly body?: z.ZodType;
  /** What the document says of the body, where the handler looks at it closer than a schema can. Default: `body`. */
  readonly documentedBody?: z.ZodType;
  /** Default 262,144 (256 KB). */
  readonly bodyLimitBytes?: number;
  /** Request headers with a meaning, and what it is. */
  readonly headers?: { readonly [name: string]: string };
  readonly replies: ReplySpecs;
  /** Statuses of problems that this operation itself can answer with, besides those that every operation has. */
  readonly problems?: readonly number[];
}

interface TypedDeclaration<
  Params extends z.ZodObject,
  Query extends z.ZodObject,
  Body extends z.ZodType,
  Replies extends ReplySpecs,
> extends Declaration {
  readonly params?: Params;
  readonly query?: Query;
  readonly body?: Body;
  readonly replies: Replies;
  readonly handle: (
    call: Call<z.output<Params>, z.output<Query>, z.output<Body>>,
  ) => ReplyOf<Replies> | Promise<ReplyOf<Replies>>;
}

/** One row of the table from which both the routes and the OpenAPI document are made. */
export interface Operation extends Declaration {
  /** Validates the parts, then does the work. Throws Problems. */
  readonly run: (req: Request, caller: Caller) => Promise<Reply>;
}

const NOTHING = z.strictObject({});

/** Declares an operation; what `handle` gets and may answer is typed by the schemas beside it. */
export function operation<
  Params extends z.ZodObject = typeof NOTHING,
  Query extends z.ZodObject = typeof NOTHING,
  Body extends z.ZodType = z.ZodUndefined,
  const Replies extends ReplySpecs = ReplySpecs,
>(declared: TypedDeclaration<Params, Query, Body, Replies>): Operation {
  const { handle, ...declaration } = declared;
  return {
    ...declaration,
    run: async (req, caller) =>
      handle({
        ...caller,
        params: pathOf(declared.params, req),
        query: queryOf(declared.query, req),
        body: bodyOf(declared.body, req),
        header: (name) => req.get(name),
        url: req.originalUrl,
      }),
  };
}

// Where a schema is left out, its type parameter is that of the default. An overload says so; an assertion could say anything.

/** A name that nothing can have is not an error in form: nothing of that name is there. */
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
