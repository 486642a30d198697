import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type RequestHandler, type Response, Router } from 'express';
import type { Author } from '../../../store/store.ts';
import { authorOf, principalOf } from '../../auth/principal.ts';
import { jsonBody, type JsonBodyOptions } from '../../input/json-body.ts';
import { byFirstSegment } from '../../middleware/by-first-segment.ts';
import { inSequence } from '../../middleware/in-sequence.ts';
import type { RateLimits } from '../../middleware/rate-limits.ts';
import { onlyMethods } from '../../middleware/request-rules.ts';
import { apiEndpoint } from '../../problems/error-handler.ts';
import { Problem } from '../../problems/problem.ts';
import type { ApiDeps } from '../api-deps.ts';
import type { Operation, Reply } from '../operation.ts';

/** The routes of a table of operations. Every other method of a known path is 405. */
export function operationsRouter(
  operations: readonly Operation[],
  {
    identity,
    limits,
    idempotency,
    requireIfMatch,
  }: Pick<ApiDeps, 'identity' | 'limits' | 'idempotency' | 'requireIfMatch'>,
): RequestHandler {
  const routers = new Map<string, Router>();
  for (const [path, group] of Map.groupBy(operations, (each) => each.path)) {
    const [, segment = ''] = path.split('/');
    const router = routers.get(segment) ?? Router({ caseSensitive: true, strict: true });
    routers.set(segment, router);
    const route = router.route(expressPath(path));
    for (const each of group) {
      const isPost = each.method === 'post' && each.isRead !== true;
      route[each.method](
        inSequence([
          apiEndpoint,
          ...limitsBeforeAuth(each, limits),
          requireJsonAccepted(each),
          ...(each.role === 'public' ? [] : [identity.requireRole(each.role)]),
          ...limitsAfterAuth(each, limits),
          ...(requireIfMatch && each.headers?.['If-Match'] !== undefined ? [requireIfMatchHeader] : []),
          ...(each.body === undefined ? [] : [jsonBody(bodyLimits(each))]),
          ...(isPost ? [idempotency] : []),
          handle(each),
        ]),
      );
    }
    route.all(
      apiEndpoint,
      limits.perAddress,
      onlyMethods(...group.map(({ method }) => method.toUpperCase())),
    );
  }
  return byFirstSegment(routers);
}

/** An evaluation counts against the limit of SDKs, which evaluate just as often. */
function limitsBeforeAuth(each: Operation, limits: RateLimits): RequestHandler[] {
  return [each.limit === 'evaluation' ? limits.evaluations : limits.perAddress, limits.failedLogins];
}

function limitsAfterAuth(each: Operation, { perKey, writes }: RateLimits): RequestHandler[] {
  if (each.limit === 'evaluation') return [];
  return each.isRead === true ? [perKey] : [perKey, writes];
}

function bodyLimits({ bodyLimitBytes = 262_144, bodyNamesPerObject }: Operation): JsonBodyOptions {
  return bodyNamesPerObject === undefined
    ? { limitBytes: bodyLimitBytes }
    : { limitBytes: bodyLimitBytes, limits: { keysPerObject: bodyNamesPerObject } };
}

/** `/flags/{flag_name}` as Express writes it: `/flags/:flag_name`. */
function expressPath(path: string): string {
  return path.replaceAll(/\{(\w+)\}/g, ':$1');
}

const requireIfMatchHeader: RequestHandler = (req, _res, next) => {
  if (req.get('if-match') === undefined) {
    throw new Problem(
      428,
      'precondition_required',
      'This service takes changes only with If-Match: read it first.',
    );
  }
  next();
};

function requireJsonAccepted({ replies }: Operation): RequestHandler {
  const offered = Object.values(replies).flatMap((reply) =>
    reply.body === undefined ? [] : [reply.mediaType ?? 'application/json'],
  );
  const acceptable = [...new Set(['application/json', ...offered, 'application/problem+json'])];
  return (req, _res, next) => {
    const { accept } = req.headers;
    // Most clients send one of these, and parsing the header costs more than an evaluation.
    const acceptsAll = accept === undefined || accept === '*/*' || accept === 'application/json';
    if (!acceptsAll && req.accepts(acceptable) === false) {
      throw new Problem(406, 'not_acceptable', `Accept must allow ${offered[0] ?? 'application/json'}.`);
    }
    next();
  };
}

function handle(each: Operation): RequestHandler {
  return async (req, res) => {
    const author = principalOf(res) === undefined ? ANONYMOUS_AUTHOR : authorOf(req, res);
    const reply = await each.run(req, author);
    await send(res, each, reply);
  };
}

const isStream = (body: unknown): body is AsyncIterable<string> =>
  typeof body === 'object' && body !== null && Symbol.asyncIterator in body;

async function send(
  res: Response,
  { replies, limit }: Operation,
  { status, headers, body }: Reply,
): Promise<void> {
  res.statusCode = status;
  // Another client may change the data at any time; with an ETag, asking again is cheap.
  res.setHeader('Cache-Control', 'no-cache');
  if (headers !== undefined) {
    for (const [name, value] of Object.entries(headers)) res.setHeader(name, value);
  }
  if (body === undefined) {
    res.end();
    return;
  }
  const { asText = false, mediaType = 'application/json; charset=utf-8' } = replies[status] ?? {};
  res.setHeader('Content-Type', mediaType);
  if (isStream(body)) {
    await stream(body, res);
    return;
  }
  const text = asText && typeof body === 'string' ? body : JSON.stringify(body);
  // Computing an ETag would take longer than the evaluation. Node sets the length of a body that is sent whole.
  if (limit === 'evaluation') res.end(text);
  else res.send(text);
}

async function stream(body: AsyncIterable<string>, res: Response): Promise<void> {
  try {
    await pipeline(Readable.from(body), res);
  } catch (error) {
    // The client left; what it did not want is no error.
    if (!(error instanceof Error && 'code' in error && error.code === 'ERR_STREAM_PREMATURE_CLOSE'))
      throw error;
  }
}

/** The author in public operations, which change nothing. */
const ANONYMOUS_AUTHOR: Author = { id: 'anonymous', via: 'api' };
