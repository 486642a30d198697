import { brotliCompressSync, constants } from 'node:zlib';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { beforeAll, describe, expect, test } from 'vitest';
import { isJsonObject, type JsonObject } from '../../../../src/http/api/openapi/schema-registry.ts';
import { createFaultSwitches } from '../../../../src/demo/faults.ts';
import { startApi } from '../../../support/api-app.ts';

/** The document with the operations of the demo mode, and a validator of its schemas. */
async function readDocument() {
  const app = await startApi({ faults: createFaultSwitches(() => 0) });
  const text = await (await fetch(`${app.url}/openapi.json`)).text();
  await app.close();
  const document: unknown = JSON.parse(text);
  if (!isJsonObject(document)) throw new Error('the document is an object');
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  addFormats.default(ajv);
  ajv.addSchema(document, 'document');
  return { text, document, ajv };
}

let read: Awaited<ReturnType<typeof readDocument>>;
beforeAll(async () => {
  read = await readDocument();
});

const object = (value: unknown): JsonObject => (isJsonObject(value) ? value : {});

function at(...steps: readonly string[]): unknown {
  return steps.reduce<unknown>(
    (value, step) => (typeof value === 'object' && value !== null ? Reflect.get(value, step) : undefined),
    read.document,
  );
}

const METHODS = new Set(['get', 'post', 'put', 'delete', 'REPORT']);

/** Every operation with where it stands. */
function operations(): readonly { readonly steps: readonly string[]; readonly operation: JsonObject }[] {
  return Object.entries(object(at('paths'))).flatMap(([path, item]) =>
    [
      ...Object.entries(object(item)).map(([method, each]) => [[method], each] as const),
      ...Object.entries(object(object(item)['x-additionalOperations'])).map(
        ([method, each]) => [['x-additionalOperations', method], each] as const,
      ),
    ]
      .filter(([steps]) => METHODS.has(steps.at(-1) ?? ''))
      .map(([steps, each]) => ({ steps: ['paths', path, ...steps], operation: object(each) })),
  );
}

/** Every media type of a body or response, with where it stands. */
function mediaTypes(): readonly (readonly string[])[] {
  const ofOperations = operations().flatMap(({ steps, operation }) => [
    ...Object.keys(object(object(operation['requestBody'])['content'])).map((type) => [
      ...steps,
      'requestBody',
      'content',
      type,
    ]),
    ...Object.entries(object(operation['responses'])).flatMap(([status, response]) =>
      Object.keys(object(object(response)['content'])).map((type) => [
        ...steps,
        'responses',
        status,
        'content',
        type,
      ]),
    ),
  ]);
  const ofProblems = Object.entries(object(at('components', 'responses'))).flatMap(([name, response]) =>
    Object.keys(object(object(response)['content'])).map((type) => [
      'components',
      'responses',
      name,
      'content',
      type,
    ]),
  );
  return [...ofOperations, ...ofProblems];
}

const escaped = (step: string): string => step.replaceAll('~', '~0').replaceAll('/', '~1');

/** What the schema says against the example; undefined: there is no example. */
function complaintsAbout(steps: readonly string[]): string | undefined {
  const { example } = object(at(...steps));
  if (example === undefined) return undefined;
  const validate = read.ajv.getSchema(`document#/${[...steps, 'schema'].map(escaped).join('/')}`);
  if (validate === undefined) throw new Error(`no schema at ${steps.join('/')}`);
  return validate(example) === true ? '' : read.ajv.errorsText(validate.errors);
}

describe('the OpenAPI document', () => {
  test('has a good example of every body, request and response, and of every problem', () => {
    expect(mediaTypes().length).toBeGreaterThan(150);
    const wrong = mediaTypes()
      .map((steps) => ({ where: steps.join(' '), complaints: complaintsAbout(steps) }))
      .filter(({ complaints }) => complaints !== '');
    expect(wrong).toEqual([]);
  });

  test('has an example of every parameter of a path, and of each parameter that is shared', () => {
    const ofPaths = operations().flatMap(({ steps, operation }) =>
      (Array.isArray(operation['parameters']) ? operation['parameters'] : []).flatMap((each, index) =>
        object(each)['in'] === 'path' ? [[...steps, 'parameters', String(index)]] : [],
      ),
    );
    const shared = Object.keys(object(at('components', 'parameters'))).map((name) => [
      'components',
      'parameters',
      name,
    ]);
    expect(ofPaths.length).toBeGreaterThan(40);
    const wrong = [...ofPaths, ...shared].filter((steps) => complaintsAbout(steps) !== '');
    expect(wrong).toEqual([]);
  });

  test('says of every operation what it is, and gives it an id of its own', () => {
    const all = operations().map(({ operation }) => operation);
    const silent = all.filter(({ summary, description }) => !summary || !description);
    expect(silent.map(({ operationId }) => operationId)).toEqual([]);
    expect(new Set(all.map(({ operationId }) => operationId)).size).toBe(all.length);
  });

  test.each([
    ['createFlag', ['201', '400', '422', '431', '429'], 'Idempotency-Key'],
    ['updateFlag', ['200', '412', '422', '428', '431'], 'If-Match'],
    ['getFlag', ['200', '304', '404', '431'], 'If-None-Match'],
    ['listFlags', ['200', '400', '431'], 'cursor'],
  ])('%s has the responses %o, and the parameter %s', (id, statuses, name) => {
    const found = operations().find(({ operation }) => operation['operationId'] === id)?.operation;
    expect(Object.keys(object(found?.['responses']))).toEqual(expect.arrayContaining(statuses));
    expect(JSON.stringify(found?.['parameters'])).toContain(`"name":"${name}"`);
  });

  test('explains headers, cursors and statuses that many operations share', () => {
    const introduction = String(at('info', 'description'));
    for (const word of ['If-Match', 'ETag', 'Idempotency-Key', 'Link', 'cursor', '422', '431', 'OPTIONS'])
      expect(introduction).toContain(word);
  });

  test('refers only to what it has', () => {
    const references = [...read.text.matchAll(/"\$ref":"#\/components\/(\w+)\/([\w-]+)"/g)];
    expect(references.length).toBeGreaterThan(200);
    const lost = references.filter(([, kind = '', name = '']) => at('components', kind, name) === undefined);
    expect(lost.map(([reference]) => reference)).toEqual([]);
  });

  test('is under 40 kB as it is sent, compressed', () => {
    const params = { [constants.BROTLI_PARAM_QUALITY]: 4 };
    expect(brotliCompressSync(read.text, { params }).length).toBeLessThan(40_000);
  });
});
