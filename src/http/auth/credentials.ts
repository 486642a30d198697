import type { IncomingMessage } from 'node:http';

/** What a request says of its key: none, one, or something that no client means. */
export type Credential =
  | { readonly outcome: 'none' }
  | { readonly outcome: 'presented'; readonly key: string }
  | { readonly outcome: 'malformed' };

/** `Authorization: Bearer <token>` or `X-API-Key: <token>`. */
export function tokenCredential(req: IncomingMessage): Credential {
  const authorization = headerOf(req, 'authorization');
  return authorization.length > 0
    ? credentialIn(authorization, /^Bearer +(\S+)$/i)
    : credentialIn(headerOf(req, 'x-api-key'), /^(\S+)$/);
}

/** As LaunchDarkly's SDKs send it: the key alone, `api_key <key>`, or `Bearer <key>`; also `X-API-Key`, as OFREP clients do. */
export function sdkCredential(req: IncomingMessage): Credential {
  const authorization = headerOf(req, 'authorization');
  return authorization.length > 0
    ? credentialIn(authorization, /^(?:(?:api_key|Bearer) +)?(\S+)$/i)
    : tokenCredential(req);
}

/** The key that a program's request brings in a header, as far as it brings one. */
export function sdkKeyIn(req: IncomingMessage): string | undefined {
  const credential = sdkCredential(req);
  return credential.outcome === 'presented' ? credential.key : undefined;
}

/** `req.headers` keeps only the first Authorization, where another reader of the request might look at the last. */
function headerOf(req: IncomingMessage, name: string): readonly string[] {
  return req.headersDistinct[name] ?? [];
}

function credentialIn(values: readonly string[], form: RegExp): Credential {
  const [value, ...others] = values;
  if (value === undefined) return { outcome: 'none' };
  const key = others.length === 0 ? form.exec(value)?.[1] : undefined;
  return key === undefined ? { outcome: 'malformed' } : { outcome: 'presented', key };
}
