import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { isJsonObject, type JsonObject } from '../../src/http/api/openapi/schema-registry.ts';

export interface ApiReply {
  readonly status: number;
  readonly headers: Headers;
  /** Parsed JSON, or the text of any other type; undefined when empty. */
  readonly body: unknown;
  readonly text: string;
  /** The value at a JSON Pointer of the body. */
  at(pointer: string): unknown;
}

export interface CallOptions {
  /** Sent as JSON. */
  readonly body?: unknown;
  readonly headers?: { readonly [name: string]: string };
  /** Default: the client's. */
  readonly token?: string;
}

/** A client that believes nothing: every answer is held against the document that the service itself publishes. */
export interface ApiClient {
  get(path: string, options?: CallOptions): Promise<ApiReply>;
  post(path: string, body?: unknown, options?: CallOptions): Promise<ApiReply>;
  put(path: string, body?: unknown, options?: CallOptions): Promise<ApiReply>;
  delete(path: string, options?: CallOptions): Promise<ApiReply>;
  send(method: string, path: string, options?: CallOptions): Promise<ApiReply>;
  as(token: string): ApiClient;
  /** `operationId`s that were answered, and those that were answered with success. */
  readonly exercised: ReadonlySet<string>;
  readonly succeeded: ReadonlySet<string>;
  readonly operations: readonly DocumentedOperation[];
}

export interface DocumentedOperation {
  readonly id: string;
  readonly method: string;
  readonly path: string;
  readonly role: string;
  readonly hasBody: boolean;
}

interface Place extends DocumentedOperation {
  readonly pattern: RegExp;
  readonly responses: JsonObject;
}

export async function createApiClient(url: string, token?: string): Promise<ApiClient> {
  const { document, places, ajv } = readDocument(await (await fetch(`${url}/openapi.json`)).text());
  const exercised = new Set<string>();
  const succeeded = new Set<string>();

  const check = (method: string, path: string, reply: ApiReply): void => {
    const place = places.find((each) => each.method === method.toLowerCase() && each.pattern.test(path));
    if (place === undefined) return;
    const said = `${method} ${path} answered ${reply.status}`;
    const [pointer, response] = responseOf(document, place, reply.status);
    if (response === undefined) throw new Error(`${said}, which the document does not know: ${reply.text}`);
    exercised.add(place.id);
    if (reply.status < 400) succeeded.add(place.id);
    const content = isJsonObject(response['content']) ? response['content'] : {};
    const type = reply.headers.get('content-type')?.replaceAll(' ', '') ?? '';
    const documented = Object.keys(content).find((each) => type.startsWith(each.replaceAll(' ', '')));
    if (documented === undefined) {
      if (reply.text !== '' || Object.keys(content).length > 0)
        throw new Error(`${said} as ${type}: ${reply.text}`);
      return;
    }
    const schema = `${pointer}/content/${escaped(documented)}/schema`;
    const validate = ajv.getSchema(`document#${schema}`);
    if (validate === undefined) throw new Error(`no schema at ${schema}`);
    if (validate(reply.body) !== true) {
      throw new Error(`${said} with ${reply.text.slice(0, 500)}: ${ajv.errorsText(validate.errors)}`);
    }
  };

  const clientFor = (defaultToken: string | undefined): ApiClient => {
    const send: ApiClient['send'] = async (
      method,
      path,
      { body, headers = {}, token: own = defaultToken } = {},
    ) => {
      const response = await fetch(url + path, {
        method,
        redirect: 'manual',
        headers: {
          ...(own === undefined ? {} : { authorization: `Bearer ${own}` }),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      const parsed = parsedBody(text, response.headers.get('content-type') ?? '');
      const reply = {
        status: response.status,
        headers: response.headers,
        body: parsed,
        text,
        at: (pointer: string) => valueAt(parsed, pointer),
      };
      check(method, path.split('?', 1)[0] ?? '', reply);
      return reply;
    };
    return {
      send,
      get: (path, options) => send('GET', path, options),
      post: (path, body, options) => send('POST', path, { ...options, body }),
      put: (path, body, options) => send('PUT', path, { ...options, body }),
      delete: (path, options) => send('DELETE', path, options),
      as: clientFor,
      exercised,
      succeeded,
      operations: places,
    };
  };
  return clientFor(token);
}

interface ReadDocument {
  readonly document: JsonObject;
  readonly places: readonly Place[];
  readonly ajv: Ajv2020;
}

/** Compiling takes longer than most tests, and the document is the same in nearly all of them. */
const read = new Map<string, ReadDocument>();

function readDocument(text: string): ReadDocument {
  const known = read.get(text);
  if (known !== undefined) return known;
  const document: unknown = JSON.parse(text);
  if (!isJsonObject(document)) throw new Error('the document is not an object');
  const ajv = new Ajv2020({ strict: false, allErrors: true, validateFormats: true });
  addFormats.default(ajv);
  ajv.addSchema(document, 'document');
  const fresh = { document, places: placesOf(document), ajv };
  read.set(text, fresh);
  return fresh;
}

function placesOf(document: JsonObject): readonly Place[] {
  const paths = isJsonObject(document['paths']) ? document['paths'] : {};
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(isJsonObject(methods) ? methods : {}).flatMap(([method, operation]) => {
      // Operations of the management API name a role; those of other interfaces are none of this client's.
      if (!isJsonObject(operation) || typeof operation['x-role'] !== 'string') return [];
      if (!isJsonObject(operation['responses'])) throw new Error(`no responses at ${method} ${path}`);
      return {
        id: String(operation['operationId']),
        method,
        path,
        role: operation['x-role'],
        hasBody: operation['requestBody'] !== undefined,
        pattern: new RegExp(`^${path.replaceAll('.', '\\.').replaceAll(/\{\w+\}/g, '[^/]+')}$`),
        responses: operation['responses'],
      };
    }),
  );
}

/** Where the response stands in the document, references followed. */
function responseOf(
  document: JsonObject,
  { path, method, responses }: Place,
  status: number,
): readonly [pointer: string, response: JsonObject | undefined] {
  const response = responses[status];
  if (!isJsonObject(response)) return ['', undefined];
  const reference = response['$ref'];
  if (typeof reference !== 'string') {
    return [`/paths/${escaped(path)}/${method}/responses/${status}`, response];
  }
  const pointer = reference.slice(1);
  const target = valueAt(document, pointer);
  return [pointer, isJsonObject(target) ? target : undefined];
}

const escaped = (name: string): string => name.replaceAll('~', '~0').replaceAll('/', '~1');

function valueAt(value: unknown, pointer: string): unknown {
  return pointer
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce<unknown>(
      (at, step) => (typeof at === 'object' && at !== null ? Reflect.get(at, step) : undefined),
      value,
    );
}

function parsedBody(text: string, type: string): unknown {
  // NDJSON is lines of JSON, and may have none.
  if (!/[/+]json/.test(type)) return type === '' ? undefined : text;
  return text === '' ? undefined : JSON.parse(text);
}
