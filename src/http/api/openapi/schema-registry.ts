import * as z from 'zod';

export type JsonObject = { [name: string]: unknown };

export const isJsonObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export interface SchemaRegistry {
  /** The schema as JSON Schema; schemas that carry an `id` become references to the registered. */
  use(schema: z.ZodType, io: 'input' | 'output'): JsonObject;
  /** Every named schema that was used, by name. */
  all(): JsonObject;
}

/** Named schemas stand once under `components`; two different ones of one name are a mistake in the table. */
export function createSchemaRegistry(): SchemaRegistry {
  const registered = new Map<string, JsonObject>();

  return {
    use(schema, io) {
      // At the top a named schema would be spelled out in place; inside a list it becomes a reference.
      const list = z.toJSONSchema(z.array(schema), { io, target: 'draft-2020-12', unrepresentable: 'any' });
      for (const [name, definition] of Object.entries(list.$defs ?? {})) {
        if (name.startsWith('__')) continue;
        const next = name === 'JsonValue' ? anyJson(definition) : relinked(definition);
        const known = registered.get(name);
        if (known !== undefined && JSON.stringify(known) !== JSON.stringify(next)) {
          throw new Error(`two different schemas are called ${name}`);
        }
        registered.set(name, next);
      }
      return relinked(list.items);
    },
    all: () => Object.fromEntries([...registered].toSorted(([a], [b]) => (a < b ? -1 : 1))),
  };
}

/** zod spells JSON out recursively; JSON Schema's word for it is the empty schema. */
function anyJson(definition: unknown): JsonObject {
  return isJsonObject(definition) ? { description: definition['description'] } : {};
}

function relinked(definition: unknown): JsonObject {
  const text = JSON.stringify(definition).replaceAll('"#/$defs/', '"#/components/schemas/');
  const parsed: unknown = JSON.parse(text);
  if (!isJsonObject(parsed)) throw new Error('a JSON Schema is an object');
  return parsed;
}
