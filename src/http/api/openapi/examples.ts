import examples from './examples.json' with { type: 'json' };
import { isJsonObject, type JsonObject } from './schema-registry.ts';

/** What a body is an example of: the request, or the response of a status. */
export type ExampleSlot = 'request' | `${number}`;

type Named = Readonly<Record<string, unknown>>;

const BY_PARAMETER: Named = examples.parameters;
const BY_SCHEMA: Named = examples.schemas;
const BY_OPERATION: Readonly<Record<string, Named>> = examples.operations;

/** A media type of the document: its schema, and an example where there is one. */
export function withExample(
  operationId: string,
  slot: ExampleSlot,
  schema: JsonObject,
  registered: Named,
): JsonObject {
  const example = BY_OPERATION[operationId]?.[slot] ?? exampleOf(schema, registered);
  return { schema, ...(example === undefined ? {} : { example }) };
}

/** The example of a path's parameter, such as `{ example: 'dark_mode' }`; empty when there is none. */
export function parameterExample(name: string): JsonObject {
  const example = BY_PARAMETER[name];
  return example === undefined ? {} : { example };
}

/** Of a named schema: from the table, or what the schema itself carries. Of a list: one such item. */
function exampleOf(schema: JsonObject, registered: Named): unknown {
  if (schema['type'] === 'array' && isJsonObject(schema['items'])) {
    const item = exampleOf(schema['items'], registered);
    return item === undefined ? undefined : [item];
  }
  const name = typeof schema['$ref'] === 'string' ? (schema['$ref'].split('/').at(-1) ?? '') : '';
  return BY_SCHEMA[name] ?? ownExample(registered[name]);
}

function ownExample(schema: unknown): unknown {
  const own = isJsonObject(schema) ? schema['examples'] : undefined;
  return Array.isArray(own) ? own[0] : undefined;
}
