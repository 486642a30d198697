import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { Router } from 'express';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { startApp, type RunningApp } from '../support/running-app.ts';

// The program's routes and its OpenAPI document, held against each other: nothing is served that is not documented, and nothing
// documented that is not served. The dashboard is for people alone; its routes exist only after the first request for it.

/** Pages and files for people, and the document itself. */
const NO_API = new Set([
  '/',
  '/assets/{name}',
  '/docs',
  '/docs/errors',
  '/docs/redoc/redoc.standalone.js',
  '/docs/viewer.css',
  '/docs/viewer.js',
  '/openapi.json',
  '/redoc',
]);

const paths = z.union([z.string().transform((path) => [path]), z.array(z.string())]);
const routeSchema = z.object({ path: paths, methods: z.record(z.string(), z.boolean()) });

/** Every route that a router gets from now on. */
function observeRoutes(): () => readonly string[] {
  const routes: unknown[] = [];
  const prototype: unknown = Reflect.get(Router, 'prototype');
  if (typeof prototype !== 'function' && (typeof prototype !== 'object' || prototype === null))
    throw new Error('routers have a prototype');
  const original: unknown = Reflect.get(prototype, 'route');
  if (typeof original !== 'function') throw new Error('routers make routes');
  Reflect.set(prototype, 'route', function route(this: unknown, path: unknown): unknown {
    const made: unknown = Reflect.apply(original, this, [path]);
    routes.push(made);
    return made;
  });
  return () =>
    routes.flatMap((route) => {
      const { path, methods } = routeSchema.parse(route);
      return path
        .map((each) => each.replaceAll(/:(\w+)/g, '{$1}'))
        .filter((documented) => !NO_API.has(documented))
        .flatMap((documented) =>
          Object.keys(methods)
            .filter((method) => method !== '_all')
            .map((method) => `${method.toUpperCase()} ${documented}`),
        );
    });
}

const operationSchema = z.looseObject({
  'x-role': z.string().optional(),
  operationId: z.string(),
  security: z.array(z.record(z.string(), z.unknown())),
  requestBody: z
    .object({ content: z.record(z.string(), z.object({ example: z.unknown().optional() })) })
    .optional(),
  responses: z.record(z.string(), z.looseObject({ content: z.record(z.string(), z.unknown()).optional() })),
});
type DocumentedOperation = z.infer<typeof operationSchema>;

const documentSchema = z.looseObject({
  paths: z.record(z.string(), z.record(z.string(), z.unknown())),
  components: z.looseObject({
    parameters: z.record(
      z.string(),
      z.object({ name: z.string(), in: z.string(), example: z.unknown().optional() }),
    ),
  }),
});

interface Documented {
  readonly method: string;
  readonly path: string;
  readonly pointer: string;
  readonly operation: DocumentedOperation;
}

function operationsIn({ paths }: z.infer<typeof documentSchema>): readonly Documented[] {
  return Object.entries(paths).flatMap(([path, item]) => {
    const { 'x-additionalOperations': others = {}, ...methods } = item;
    const base = `#/paths/${path.replaceAll('/', '~1')}`;
    const row = (method: string, pointer: string, operation: unknown): Documented => ({
      method: method.toUpperCase(),
      path,
      pointer: `${base}/${pointer}`,
      operation: operationSchema.parse(operation),
    });
    return [
      ...Object.entries(methods).map(([method, each]) => row(method, method, each)),
      ...Object.entries(z.record(z.string(), z.unknown()).parse(others)).map(([method, each]) =>
        row(method, `x-additionalOperations/${method}`, each),
      ),
    ];
  });
}

async function documentOf({ url }: RunningApp) {
  const text: unknown = await (await fetch(`${url}/openapi.json`)).json();
  const ajv = new Ajv2020({ strict: false });
  addFormats.default(ajv);
  ajv.addSchema(z.record(z.string(), z.unknown()).parse(text), 'document');
  return { document: documentSchema.parse(text), ajv };
}

test('every route is documented, and everything documented is a route', async () => {
  const routes = observeRoutes();
  const { document } = await documentOf(await startApp({ DEMO: 'on' }));
  const documented = operationsIn(document).map(({ method, path }) => `${method} ${path}`);
  expect(documented.length).toBeGreaterThan(100);
  expect([...new Set(routes())].toSorted()).toEqual(documented.toSorted());
});

test('SDKs, OFREP and the site are answered as the document says', async () => {
  const app = await startApp();
  const { document, ajv } = await documentOf(app);
  const admin = async (path: string, body: object) => {
    const response = await fetch(app.url + path, {
      method: 'POST',
      headers: { authorization: `Bearer ${app.key('ADMIN_TOKEN')}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    expect(response.status).toBe(201);
  };
  await admin('/flags', { flag_name: 'dark_mode', status: true, client_side: true });
  await admin('/segments', { segment_name: 'staff' });

  const examples = Object.fromEntries(
    Object.values(document.components.parameters).map((each) => [each.name, String(each.example)]),
  );
  const keys: Readonly<Record<string, string>> = {
    sdkKey: app.key('SDK_KEY'),
    mobileKey: app.key('MOBILE_KEY'),
    environmentKey: `Bearer ${app.key('SDK_KEY')}`,
  };
  const protocols = operationsIn(document).filter(({ operation }) => operation['x-role'] === undefined);
  expect(protocols.length).toBeGreaterThan(40);

  for (const { method, path, pointer, operation } of protocols) {
    const [scheme = ''] = operation.security.flatMap((each) => Object.keys(each));
    const [[type, body] = ['', undefined]] = Object.entries(operation.requestBody?.content ?? {});
    const address = path
      .replace('{env}', app.key('CLIENT_SIDE_ID'))
      .replace('{key}', path.includes('segments') ? 'staff' : 'dark_mode')
      .replace('{context}', examples['context'] ?? '');
    const stop = new AbortController();
    const response = await fetch(app.url + address, {
      method,
      redirect: 'manual',
      signal: stop.signal,
      headers: {
        ...(keys[scheme] === undefined ? {} : { authorization: keys[scheme] }),
        ...(body === undefined ? {} : { 'content-type': type }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body.example) }),
    });
    const where = `${method} ${path} is ${response.status}`;
    expect(response.status, where).toBeLessThan(400);
    const documented = operation.responses[response.status];
    expect(documented, where).toBeDefined();
    // A redirect has a word for people as its body.
    const [served = ''] = response.ok ? (response.headers.get('content-type') ?? '').split(';') : [];
    expect(served, where).toBe(Object.keys(documented?.content ?? {})[0] ?? '');
    if (served === 'application/json') {
      const validate = ajv.getSchema(
        `document${pointer.replaceAll('{', '%7B').replaceAll('}', '%7D')}/responses/${response.status}/content/application~1json/schema`,
      );
      expect(validate, where).toBeDefined();
      expect(validate?.(await response.json()), `${where}: ${ajv.errorsText(validate?.errors)}`).toBe(true);
    }
    stop.abort();
  }
});
