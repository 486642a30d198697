import type * as z from 'zod';
import type { Operation, ReplySpec } from '../operation.ts';
import { problemSchema } from './problem-schema.ts';
import {
  createSchemaRegistry,
  isJsonObject,
  type JsonObject,
  type SchemaRegistry,
} from './schema-registry.ts';

export interface OpenApiInfo {
  readonly version: string;
}

/** The problems that operations respond with, by status. */
const PROBLEMS: Readonly<Record<number, string>> = {
  400: 'The path, the query or the body is not what it must be',
  401: 'No key, or one that is not known',
  403: "The key's role does not allow this",
  404: 'Not here, or not yours to see',
  406: 'Only JSON is spoken here',
  409: 'At odds with what is there',
  412: 'The version in If-Match is not the current one',
  413: 'Too large',
  415: 'Not JSON, or in an encoding that is not understood',
  422: 'Well-formed, but refused: see `errors`',
  428: 'This service wants If-Match on every change',
  429: 'Too many requests: see Retry-After',
  503: 'The database is away: reads go on, writes wait',
};

/** The OpenAPI 3.1 document of a table of operations. Pure: the same table gives the same document. */
export function openApiDocument(operations: readonly Operation[], info: OpenApiInfo): JsonObject {
  const schemas = createSchemaRegistry();
  const paths: { [path: string]: JsonObject } = {};
  for (const each of operations) {
    (paths[each.path] ??= {})[each.method] = describe(each, schemas);
  }
  const problem = schemas.use(problemSchema, 'output');
  return {
    openapi: '3.1.1',
    info: {
      title: 'DJ Toggle',
      version: info.version,
      description:
        'Flags, segments, and everything that a careful release needs. Every list and every response is of one environment: `project` and `environment` in the query say which.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    tags: [...new Set(operations.map((each) => each.tag))].map((name) => ({ name })),
    paths,
    components: {
      schemas: schemas.all(),
      responses: Object.fromEntries(
        Object.entries(PROBLEMS).map(([status, description]) => [
          `Problem${status}`,
          { description, content: { 'application/problem+json': { schema: problem } } },
        ]),
      ),
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer', description: "An administrator's token." },
        apiKey: { type: 'apiKey', in: 'header', name: 'X-API-Key' },
      },
    },
  };
}

function describe(each: Operation, schemas: SchemaRegistry): JsonObject {
  return {
    operationId: each.id,
    tags: [each.tag],
    summary: each.summary,
    ...(each.description === undefined ? {} : { description: each.description }),
    'x-role': each.role,
    security: each.role === 'public' ? [] : [{ bearer: [] }, { apiKey: [] }],
    parameters: [
      ...parametersIn('path', each.params, schemas),
      ...parametersIn('query', each.query, schemas),
      ...Object.entries({
        ...each.headers,
        ...(each.method === 'post' && isWrite(each) ? IDEMPOTENCY_KEY : {}),
      }).map(([name, description]) => ({
        in: 'header',
        name,
        description,
        schema: { type: 'string' },
      })),
    ],
    ...(each.body === undefined
      ? {}
      : {
          requestBody: {
            required: true,
            content: {
              'application/json': { schema: schemas.use(each.documentedBody ?? each.body, 'input') },
            },
          },
        }),
    responses: {
      ...Object.fromEntries(
        Object.entries(each.replies).map(([status, reply]) => [status, describeReply(reply, schemas)]),
      ),
      ...Object.fromEntries(
        problemsOf(each)
          .filter((status) => !(status in each.replies))
          .map((status) => [status, { $ref: `#/components/responses/Problem${status}` }]),
      ),
    },
  };
}

const IDEMPOTENCY_KEY = {
  'Idempotency-Key':
    'Any text of your own: when the same request is sent again with it, the first response is repeated and nothing is done twice.',
};

const WRITE_PROBLEMS = [503];
const BODY_PROBLEMS = [413, 415, 422];

const isWrite = ({ method, isRead }: Operation): boolean => method !== 'get' && isRead !== true;

export function problemsOf(each: Operation): readonly number[] {
  return [
    400,
    406,
    429,
    ...(each.role === 'public' ? [] : [401, 403]),
    ...(each.params === undefined ? [] : [404]),
    ...(isWrite(each) ? WRITE_PROBLEMS : []),
    ...(each.body === undefined ? [] : BODY_PROBLEMS),
    ...(each.problems ?? []),
  ].toSorted((a, b) => a - b);
}

function describeReply(reply: ReplySpec, schemas: SchemaRegistry): JsonObject {
  return {
    description: reply.description,
    ...(reply.headers === undefined
      ? {}
      : {
          headers: Object.fromEntries(
            Object.entries(reply.headers).map(([name, description]) => [
              name,
              { description, schema: { type: 'string' } },
            ]),
          ),
        }),
    ...(reply.body === undefined
      ? {}
      : {
          content: {
            [reply.mediaType ?? 'application/json']: { schema: schemas.use(reply.body, 'output') },
          },
        }),
  };
}

function parametersIn(
  place: 'path' | 'query',
  schema: z.ZodObject | undefined,
  schemas: SchemaRegistry,
): readonly JsonObject[] {
  if (schema === undefined) return [];
  const object = schemas.use(schema, 'input');
  const required = new Set(Array.isArray(object['required']) ? object['required'] : []);
  const properties = isJsonObject(object['properties']) ? object['properties'] : {};
  const named = Object.entries(properties).map(([name, property]) =>
    parameter(place, name, place === 'path' || required.has(name), property),
  );
  const others = object['additionalProperties'];
  return isJsonObject(others) ? [...named, freeForm(others)] : named;
}

function parameter(place: 'path' | 'query', name: string, required: boolean, property: unknown): JsonObject {
  const { description, ...schema } = isJsonObject(property) ? property : {};
  const described = description === undefined ? {} : { description };
  return { in: place, name, required, ...described, schema };
}

/** Any further query parameter is an attribute; OpenAPI says so with an exploded object. */
function freeForm(others: unknown): JsonObject {
  return {
    in: 'query',
    name: 'attributes',
    required: false,
    style: 'form',
    explode: true,
    description: 'Any other parameter is an attribute of the context.',
    schema: { type: 'object', additionalProperties: others },
  };
}
