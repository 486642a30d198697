import { type RequestHandler, Router } from 'express';
import type { Author } from '../../../store/store.ts';
import { apiEndpoint } from '../../problems/error-handler.ts';
import type { Identity } from '../../auth/identity.ts';
import { jsonBody } from '../../input/json-body.ts';
import { authorOf, principalOf } from '../../auth/principal.ts';
import { onlyMethods } from '../../middleware/request-rules.ts';
import { Problem } from '../../problems/problem.ts';
import type { Operation } from './operation.ts';
import type { Reply } from './reply.ts';

export interface OperationsRouterDeps {
  readonly identity: Pick<Identity, 'requireRole'>;
  /** Stand before every operation, whoever asks. */
  readonly before?: readonly RequestHandler[];
  /** Stand after the guard, before the body is read: what depends on who asks. */
  readonly afterAuth?: readonly RequestHandler[];
  /** Answers a POST that is sent again as it was answered before. Default: every request is a new one. */
  readonly idempotency?: RequestHandler;
  /** Refuse what takes If-Match and comes without it. Default false. */
  readonly requireIfMatch?: boolean;
}

/** The routes of a table of operations. A path answers 405 to every method that it does not have. */
export function operationsRouter(
  operations: readonly Operation[],
  { identity, before = [], afterAuth = [], idempotency, requireIfMatch = false }: OperationsRouterDeps,
): Router {
  const router = Router({ caseSensitive: true, strict: true });
  const byPath = Map.groupBy(operations, (each) => each.path);
  for (const [path, group] of byPath) {
    const route = router.route(expressPath(path));
    route.all(apiEndpoint, ...before);
    for (const each of group) {
      route[each.method](
        acceptsJson(each),
        ...(each.role === 'public' ? [] : [identity.requireRole(each.role)]),
        ...afterAuth,
        ...(requireIfMatch && each.headers?.['If-Match'] !== undefined ? [requireIfMatchHeader] : []),
        ...(each.body === undefined ? [] : [jsonBody({ limitBytes: each.bodyLimitBytes ?? 262_144 })]),
        ...(idempotency !== undefined && each.method === 'post' ? [idempotency] : []),
        answer(each),
      );
    }
    route.all(onlyMethods(...group.map(({ method }) => method.toUpperCase())));
  }
  return router;
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

function acceptsJson(each: Operation): RequestHandler {
  const offered = [
    ...new Set(
      Object.values(each.replies).flatMap((reply) =>
        reply.body === undefined ? [] : [reply.mediaType ?? 'application/json'],
      ),
    ),
    'application/problem+json',
  ];
  return (req, _res, next) => {
    if (req.accepts(['application/json', ...offered]) === false) {
      throw new Problem(406, 'not_acceptable', `Accept must allow ${offered[0]}.`);
    }
    next();
  };
}

function answer(each: Operation): RequestHandler {
  return async (req, res) => {
    const principal = principalOf(res);
    const reply: Reply = await each.run(req, {
      author: principal === undefined ? ANONYMOUS_AUTHOR : authorOf(req, res),
      role: principal !== undefined && 'role' in principal ? principal.role : 'viewer',
    });
    // What an answer says may be another's change a moment later; a version tag makes asking again cheap.
    res.status(reply.status).set({ 'cache-control': 'no-cache', ...reply.headers });
    const { asText = false, mediaType = 'application/json' } = each.replies[reply.status] ?? {};
    if (reply.body === undefined) res.end();
    else res.type(mediaType).send(asText ? reply.body : JSON.stringify(reply.body));
  };
}

/** On public operations, which change nothing. */
const ANONYMOUS_AUTHOR: Author = { id: 'anonymous', via: 'api' };
