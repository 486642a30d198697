import { Router, type Request, type RequestHandler, type Response } from 'express';
import type { EvaluationDetail } from '../../evaluation/detail.ts';
import type { Context } from '../../evaluation/model.ts';
import { isVisible } from '../../evaluation/flag-state.ts';
import type { EnvironmentRef, FlagRecord } from '../../store/store.ts';
import { byFirstSegment } from '../middleware/by-first-segment.ts';
import { cors } from '../middleware/cors.ts';
import { inSequence } from '../middleware/in-sequence.ts';
import { sendJson } from '../middleware/send-json.ts';
import { sdkKeyIn } from '../auth/credentials.ts';
import { apiEndpoint } from '../problems/error-handler.ts';
import { jsonBody } from '../input/json-body.ts';
import { callerEnvironment, principalOf } from '../auth/principal.ts';
import { passesSecureMode, SECURE_MODE_REFUSAL } from '../sdk/shared/secure-mode-check.ts';
import { loadedSnapshot } from '../sdk/shared/environment-snapshot.ts';
import { createPayloadIds, type PayloadIds } from '../sdk/shared/payload-id.ts';
import { createPollResponse, sendPollResponse } from '../sdk/shared/poll-response.ts';
import { type ClosableRouter, MAX_CONTEXT_BYTES, type SdkDeps } from '../sdk/shared/sdk-deps.ts';
import { hasKnownKey } from '../sdk/shared/has-known-key.ts';
import { clientSideIdIn, pathParameter } from '../sdk/shared/path-parameters.ts';
import { createChangeStream, STREAM_PATH } from './change-stream.ts';
import { waitForConfig } from './config-etag.ts';
import { ofrepContext, type OfrepContext } from './ofrep-context.ts';
import { ofrepErrors } from './ofrep-errors.ts';
import { flagNotFound, ofrepEvaluation, type OfrepEvaluation } from './ofrep-evaluation.ts';
import { ofrepAuth } from './ofrep-auth.ts';

export interface OfrepDeps extends Pick<
  SdkDeps,
  'store' | 'hub' | 'keys' | 'settings' | 'identity' | 'limits' | 'onContext' | 'streamLimits' | 'now'
> {
  /** Called with each evaluation; of all flags when they are sent, not when the client has them already. Default: no call. */
  readonly onEvaluation?: (
    environment: EnvironmentRef,
    flagKey: string,
    detail: EvaluationDetail,
    context: Context,
    /** Of the listener's own browser. */
    userAgent?: string,
  ) => void;
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
export function createOfrepRouter(deps: OfrepDeps): ClosableRouter {
  const { store, keys, limits, onContext = () => {}, onEvaluation = () => {} } = deps;
  const payloadIds: PayloadIds = createPayloadIds(store);
  const changes = createChangeStream(deps, payloadIds);
  const guard = [
    apiEndpoint,
    limits.evaluations,
    limits.failedKeys(hasKnownKey(keys, sdkKeyIn)),
    ...ofrepAuth(deps),
    jsonBody({ limitBytes: MAX_CONTEXT_BYTES }),
  ];

  const contextIn = (req: Request, res: Response): OfrepContext => {
    const requested = ofrepContext(req.body);
    if (requested.outcome === 'refused') return requested;
    if (!passesSecureMode(deps, req, res, requested.context)) {
      return { outcome: 'refused', errorCode: 'INVALID_CONTEXT', errorDetails: SECURE_MODE_REFUSAL };
    }
    onContext(callerEnvironment(res), requested.context);
    return requested;
  };

  const evaluateOne: RequestHandler = (req, res) => {
    const key = pathParameter(req, 'key');
    const snapshot = loadedSnapshot(store, callerEnvironment(res));
    const requested = contextIn(req, res);
    if (requested.outcome === 'refused') {
      refuse(res, requested, key);
      return;
    }
    const record = snapshot.flags.get(key);
    if (record === undefined || !isSeenBy(res, record)) {
      sendJson(res, 404, flagNotFound(key));
      return;
    }
    const detail = snapshot.evaluator.evaluate(key, requested.context, null);
    onEvaluation(snapshot.environment, key, detail, requested.context, browserOf(req, res));
    const evaluation = ofrepEvaluation(record, detail);
    sendJson(res, statusOf(evaluation), evaluation);
  };

  const evaluateAll: RequestHandler = async (req, res) => {
    const environment = callerEnvironment(res);
    const requested = contextIn(req, res);
    if (requested.outcome === 'refused') {
      refuse(res, requested);
      return;
    }
    const payload = await payloadIds.of(environment);
    await waitForConfig(store, environment, payload, req.query['flagConfigEtag']);
    const snapshot = loadedSnapshot(store, environment);
    const evaluated = [...snapshot.flags.values()]
      .filter((record) => isSeenBy(res, record))
      .map((record) => ({
        record,
        detail: snapshot.evaluator.evaluate(record.key, requested.context, null),
      }));
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
    sendPollResponse(
      req,
      res,
      createPollResponse(
        JSON.stringify({
          flags: evaluated.map(({ record, detail }) => ofrepEvaluation(record, detail)),
          ...eventStreams,
        }),
      ),
    );
    if (res.statusCode !== 200) return;
    const browser = browserOf(req, res);
    for (const { record, detail } of evaluated)
      onEvaluation(environment, record.key, detail, requested.context, browser);
  };

  const router = Router();
  // The most frequent first.
  router.post('/ofrep/v1/evaluate/flags/:key', inSequence([...guard, evaluateOne]));
  router.post('/ofrep/v1/evaluate/flags', inSequence([...guard, evaluateAll]));
  router.get(
    `${STREAM_PATH}/:env`,
    apiEndpoint,
    limits.failedKeys(hasKnownKey(keys, clientSideIdIn)),
    changes.handler,
  );
  router.use('/ofrep/v1', ofrepErrors);
  return {
    router: byFirstSegment(new Map([['ofrep', inSequence([ofrepCors, allowOtherOrigins, router])]])),
    close: changes.close,
  };
}

/** The user agent of a listener's browser; of a server or an app it would be that of its SDK. */
const browserOf = (req: Request, res: Response): string | undefined =>
  principalOf(res)?.kind === 'client-side-id' ? req.get('user-agent') : undefined;

const allowOtherOrigins: RequestHandler = (_req, res, next) => {
  // helmet's same-origin default would keep other origins' pages from reading what CORS allows.
  res.setHeader('Cross-Origin-Resource-Policy', 'cross-origin');
  next();
};

function statusOf(evaluation: OfrepEvaluation): number {
  if (!('errorCode' in evaluation)) return 200;
  return evaluation.errorCode === 'GENERAL' ? 500 : 400;
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
  sendJson(res, 400, { ...(key === undefined ? {} : { key }), errorCode, errorDetails });
}
