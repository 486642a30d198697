import { withExample } from './examples.ts';
import protocols from './protocols.json' with { type: 'json' };
import type { JsonObject } from './schema-registry.ts';

interface ProtocolReply {
  readonly description: string;
  /** The name of its schema; absent: an empty body. */
  readonly schema?: string;
  /** Default `application/json`. */
  readonly type?: string;
  readonly headers?: Readonly<Record<string, string | undefined>>;
}

/** A row of the table: an operation of an interface whose requests others define (SDKs, OFREP) or that only our own page sends. */
interface ProtocolOperation {
  readonly id: string;
  readonly method: string;
  readonly path: string;
  readonly tag: string;
  readonly summary: string;
  readonly description: string;
  /** Any one of these security schemes; none: public. */
  readonly security: readonly string[];
  /** Names of parameters in the table. */
  readonly parameters?: readonly string[];
  /** The name of the body's schema. */
  readonly body?: string;
  /** Default `application/json` alone. */
  readonly bodyTypes?: readonly string[];
  readonly replies: Readonly<Record<string, ProtocolReply | undefined>>;
  readonly problems: readonly number[];
}

const { operations, parameters, schemas, securitySchemes, tags } = protocols;
const OPERATIONS: readonly ProtocolOperation[] = operations;
const SCHEMAS: Readonly<Record<string, unknown>> = schemas;

/** What the document says of them besides their paths. */
export const PROTOCOL_COMPONENTS = { parameters, schemas, securitySchemes };
export const PROTOCOL_TAGS: Readonly<Record<string, string>> = tags;

/**
 * The paths of the site's own requests, of OFREP and of LaunchDarkly's SDK protocol. OpenAPI 3.1 has no word for REPORT, a GET
 * with a body, which stands under `x-additionalOperations` as in OpenAPI 3.2.
 */
export function protocolPaths(): { readonly [path: string]: JsonObject } {
  const paths: { [path: string]: JsonObject } = {};
  for (const each of OPERATIONS) {
    const path = (paths[each.path] ??= {});
    if (each.method === 'REPORT') path['x-additionalOperations'] = { REPORT: describe(each) };
    else path[each.method] = describe(each);
  }
  return paths;
}

function describe({ id, tag, summary, description, ...each }: ProtocolOperation): JsonObject {
  const { security, body, bodyTypes = ['application/json'] } = each;
  return {
    operationId: id,
    tags: [tag],
    summary,
    description,
    security: security.map((scheme) => ({ [scheme]: [] })),
    parameters: (each.parameters ?? []).map((name) => ({ $ref: `#/components/parameters/${name}` })),
    ...(body === undefined
      ? {}
      : {
          requestBody: {
            required: true,
            content: Object.fromEntries(bodyTypes.map((type) => [type, media(id, 'request', body)])),
          },
        }),
    responses: {
      ...Object.fromEntries(
        Object.entries(each.replies).map(([status, reply]) => [
          status,
          reply && describeReply(id, status, reply),
        ]),
      ),
      ...Object.fromEntries(
        each.problems.map((status) => [status, { $ref: `#/components/responses/Problem${status}` }]),
      ),
    },
  };
}

function describeReply(id: string, status: string, reply: ProtocolReply): JsonObject {
  const { description, schema, type = 'application/json', headers = {} } = reply;
  return {
    description,
    headers: Object.fromEntries(
      Object.entries(headers).map(([name, text]) => [
        name,
        { description: text, schema: { type: 'string' } },
      ]),
    ),
    ...(schema === undefined ? {} : { content: { [type]: media(id, `${Number(status)}`, schema) } }),
  };
}

const media = (id: string, slot: 'request' | `${number}`, schema: string): JsonObject =>
  withExample(id, slot, { $ref: `#/components/schemas/${schema}` }, SCHEMAS);
