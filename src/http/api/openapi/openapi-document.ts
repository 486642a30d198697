import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type * as z from 'zod';
import type { Operation, ReplySpec } from '../operation.ts';
import { parameterExample, withExample } from './examples.ts';
import { problemResponses } from './problem-responses.ts';
import { problemSchema } from './problem-schema.ts';
import { PROTOCOL_COMPONENTS, PROTOCOL_TAGS, protocolPaths } from './protocol-operations.ts';
import {
  createSchemaRegistry,
  isJsonObject,
  type JsonObject,
  type SchemaRegistry,
} from './schema-registry.ts';

export interface OpenApiInfo {
  readonly version: string;
}

const INTRODUCTION = join(import.meta.dirname, 'introduction.md');

/** The OpenAPI 3.1 document of a table of operations, and of the interfaces whose paths are not in it. The same table gives the same document. */
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
      description: readFileSync(INTRODUCTION, 'utf8'),
      license: { name: 'MIT', identifier: 'MIT' },
    },
    tags: [
      ...[...new Set(operations.map((each) => each.tag))].map((name) => ({ name })),
      ...Object.entries(PROTOCOL_TAGS).map(([name, description]) => ({ name, description })),
    ],
    paths: { ...paths, ...protocolPaths() },
    components: {
      ...PROTOCOL_COMPONENTS,
      schemas: { ...schemas.all(), ...PROTOCOL_COMPONENTS.schemas },
      responses: problemResponses(problem),
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer', description: "An administrator's token." },
        apiKey: { type: 'apiKey', in: 'header', name: 'X-API-Key' },
        ...PROTOCOL_COMPONENTS.securitySchemes,
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
              'application/json': withExample(
                each.id,
                'request',
                schemas.use(each.documentedBody ?? each.body, 'input'),
                schemas.all(),
              ),
            },
          },
        }),
    responses: {
      ...Object.fromEntries(
        Object.entries(each.replies).map(([status, reply]) => [
          status,
          describeReply(each, status, reply, schemas),
        ]),
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
    431,
    ...(each.role === 'public' ? [] : [401, 403]),
    ...(each.params === undefined ? [] : [404]),
    ...(isWrite(each) ? WRITE_PROBLEMS : []),
    ...(each.body === undefined ? [] : BODY_PROBLEMS),
    ...(each.problems ?? []),
  ].toSorted((a, b) => a - b);
}

function describeReply(
  each: Operation,
  status: string,
  reply: ReplySpec,
  schemas: SchemaRegistry,
): JsonObject {
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
            [reply.mediaType ?? 'application/json']: withExample(
              each.id,
              `${Number(status)}`,
              schemas.use(reply.body, 'output'),
              schemas.all(),
            ),
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
  const example = place === 'path' ? parameterExample(name) : {};
  return { in: place, name, required, ...described, schema, ...example };
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
