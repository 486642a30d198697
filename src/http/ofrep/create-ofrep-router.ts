import { Router, type Request, type RequestHandler, type Response } from 'express';
import { isVisible } from '../../evaluation/flag-state.ts';
import type { EnvironmentRef, FlagRecord } from '../../store/store.ts';
import { cors } from '../middleware/cors.ts';
import { sdkKeyIn } from '../auth/credentials.ts';
import { apiDoor } from '../problems/errors.ts';
import { jsonBody } from '../input/json-body.ts';
import { environmentOf, principalOf } from '../auth/principal.ts';
import { MAX_CONTEXT_BYTES } from '../sdk/shared/context-limit.ts';
import { provesContext, UNPROVEN } from '../sdk/shared/proves-context.ts';
import { snapshotOf } from '../sdk/shared/environment-snapshot.ts';
import { createPayloadIds, type PayloadIds } from '../sdk/shared/payload-id.ts';
import { createPollAnswer, sendPollAnswer } from '../sdk/shared/poll-response.ts';
import type { ProgramDeps } from '../sdk/shared/router-deps.ts';
import { bringsKnownKey } from '../sdk/shared/known-key.ts';
import { environmentIn, pathParameter } from '../sdk/shared/path-parameter.ts';
import { createChangeStream, STREAM_PATH } from './change-stream.ts';
import { untilLevelWith } from './flag-config-etag.ts';
import { ofrepContext, type OfrepContext } from './ofrep-context.ts';
import { ofrepErrors } from './ofrep-errors.ts';
import { flagNotFound, ofrepEvaluation, variationOf, type OfrepEvaluation } from './ofrep-evaluation.ts';
import { ofrepGuard } from './ofrep-guard.ts';

export interface OfrepDoor {
  readonly router: Router;
  /** Follows the store no more. The streams are the hub's, and ended by its owner. */
  close(): void;
}

export interface OfrepDeps extends Pick<
  ProgramDeps,
  'store' | 'hub' | 'keys' | 'settings' | 'identity' | 'limits' | 'onContext' | 'streamLimits' | 'now'
> {
  /**
   * Told of each flag that is answered, with the variation's index (null: the caller's default); of all flags when they are
   * sent, not when the client has them already. Default: nobody listens.
   */
  readonly onEvaluation?: (environment: EnvironmentRef, flagKey: string, variation: number | null) => void;
}

/** Seconds that a page may lie in the background before it gives its change stream up. */
const INACTIVITY_DELAY_S = 120;

const ofrepCors = cors({
  allowedOrigins: () => '*',
  methods: ['GET', 'POST', 'OPTIONS'],
  requestHeaders: ['Authorization', 'Content-Type', 'If-None-Match', 'X-API-Key'],
  exposedHeaders: ['ETag', 'Retry-After'],
});

/** The OpenFeature Remote Evaluation Protocol 0.3: https://github.com/open-feature/protocol */
export function createOfrepRouter(deps: OfrepDeps): OfrepDoor {
  const { store, keys, limits, onContext = () => {}, onEvaluation = () => {} } = deps;
  const payloadIds: PayloadIds = createPayloadIds(store);
  const changes = createChangeStream(deps, payloadIds);
  const guard = [
    apiDoor,
    limits.programs,
    limits.failedKeys(bringsKnownKey(keys, sdkKeyIn)),
    ofrepGuard(deps),
    jsonBody({ limitBytes: MAX_CONTEXT_BYTES }),
  ];

  const askedBy = (req: Request, res: Response): OfrepContext => {
    const asked = ofrepContext(req.body);
    if (asked.outcome === 'refused') return asked;
    if (!provesContext(deps, req, res, asked.context)) {
      return { outcome: 'refused', errorCode: 'INVALID_CONTEXT', errorDetails: UNPROVEN };
    }
    onContext(environmentOf(res), asked.context);
    return asked;
  };

  const evaluateOne: RequestHandler = (req, res) => {
    const key = pathParameter(req, 'key');
    const snapshot = snapshotOf(store, environmentOf(res));
    const asked = askedBy(req, res);
    if (asked.outcome === 'refused') {
      refuse(res, asked, key);
      return;
    }
    const record = snapshot.flags.get(key);
    const isThere = record !== undefined && isSeenBy(res, record);
    const answer = isThere ? ofrepEvaluation(snapshot, record, asked.context) : flagNotFound(key);
    if (isThere) onEvaluation(snapshot.environment, key, variationOf(answer));
    res.status(statusOf(answer)).set('Cache-Control', 'no-store').json(answer);
  };

  const evaluateAll: RequestHandler = async (req, res) => {
    const environment = environmentOf(res);
    const asked = askedBy(req, res);
    if (asked.outcome === 'refused') {
      refuse(res, asked);
      return;
    }
    const payload = await payloadIds.of(environment);
    await untilLevelWith(store, environment, payload, req.query['flagConfigEtag']);
    const snapshot = snapshotOf(store, environment);
    const flags = [...snapshot.flags.values()]
      .filter((record) => isSeenBy(res, record))
      .map((record) => ofrepEvaluation(snapshot, record, asked.context));
    const [channel] = keys.clientSideIds(environment);
    const eventStreams =
      channel === undefined
        ? {}
        : {
            eventStreams: [
              {
                type: 'sse',
                endpoint: { requestUri: `${STREAM_PATH}/${channel}` },
                inactivityDelaySec: INACTIVITY_DELAY_S,
              },
            ],
          };
    sendPollAnswer(req, res, createPollAnswer(JSON.stringify({ flags, ...eventStreams })));
    if (res.statusCode !== 200) return;
    for (const answer of flags) onEvaluation(environment, answer.key, variationOf(answer));
  };

  const router = Router();
  router.use('/ofrep/v1', ofrepCors, allowOtherOrigins);
  router.post('/ofrep/v1/evaluate/flags', guard, evaluateAll);
  router.post('/ofrep/v1/evaluate/flags/:key', guard, evaluateOne);
  router.get(
    `${STREAM_PATH}/:env`,
    apiDoor,
    limits.failedKeys(bringsKnownKey(keys, environmentIn)),
    changes.handler,
  );
  router.use('/ofrep/v1', ofrepErrors);
  return { router, close: changes.close };
}

const allowOtherOrigins: RequestHandler = (_req, res, next) => {
  // helmet's same-origin default would keep other origins' pages from reading what CORS allows.
  res.setHeader('Cross-Origin-Resource-Policy', 'cross-origin');
  next();
};

function statusOf(answer: OfrepEvaluation): number {
  if (!('errorCode' in answer)) return 200;
  if (answer.errorCode === 'FLAG_NOT_FOUND') return 404;
  return answer.errorCode === 'GENERAL' ? 500 : 400;
}

function isSeenBy(res: Response, { definition }: FlagRecord): boolean {
  const kind = principalOf(res)?.kind;
  if (kind === 'sdk') return true;
  return isVisible(definition, kind === 'mobile' ? 'mobile-key' : 'environment-id');
}

function refuse(
  res: Response,
  { errorCode, errorDetails }: Extract<OfrepContext, { outcome: 'refused' }>,
  key?: string,
): void {
  res
    .status(400)
    .set('Cache-Control', 'no-store')
    .json({ ...(key === undefined ? {} : { key }), errorCode, errorDetails });
}
