import { Router, type Request, type RequestHandler, type Response } from 'express';
import { callerEnvironment } from '../../auth/principal.ts';
import type { EventSender } from '../../../events/event-sink.ts';
import type { SdkDeps } from '../shared/sdk-deps.ts';
import type { SdkAuth } from '../shared/sdk-auth.ts';
import { eventsBody } from './events-body.ts';

/** The smallest GIF: one transparent pixel. */
const PIXEL = Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64');
const PAYLOAD_ID_LENGTH = 256;

/** Where SDKs send events. Every response has Node's own `Date`, by which SDKs decide whether to go on debugging. */
export function createEventsRouter(
  { events }: Pick<SdkDeps, 'events'>,
  { sdkKey, mobileKey, browser }: SdkAuth,
): Router {
  const take: RequestHandler = async (req, res) => {
    await events.ingest(callerEnvironment(res), req.body, { payloadId: payloadIdOf(req) });
    res.status(202).end();
  };
  const takeOfBrowser: RequestHandler = async (req, res) => {
    await events.ingest(callerEnvironment(res), req.body, browserOf(req));
    res.status(202).end();
  };
  const takePixel: RequestHandler = async (req, res) => {
    await events.ingest(callerEnvironment(res), bodyOfPixel(req), browserOf(req));
    sendPixel(res);
  };

  const router = Router();
  router.post('/bulk', sdkKey, eventsBody, tolerateDiagnostics(take));
  router.post('/diagnostic', sdkKey, eventsBody, diagnose);
  for (const path of ['/mobile', '/mobile/events', '/mobile/events/bulk']) {
    router.post(path, mobileKey, eventsBody, tolerateDiagnostics(take));
  }
  router.post('/mobile/events/diagnostic', mobileKey, eventsBody, diagnose);
  router.post('/events/bulk/:env', browser, eventsBody, tolerateDiagnostics(takeOfBrowser));
  router.post('/events/diagnostic/:env', browser, eventsBody, diagnose);
  router.get('/a/:env.gif', browser, takePixel);
  return router;
}

/** What an SDK says of itself; nothing is done with it here. */
const diagnose: RequestHandler = (_req, res) => {
  res.status(202).end();
};

/** Node's and browsers' SDKs send a failed diagnostic once more to the path of events. */
function tolerateDiagnostics(take: RequestHandler): RequestHandler {
  return (req, res, next) => {
    const body: unknown = req.body;
    if (Array.isArray(body)) return take(req, res, next);
    res.status(202).end();
    return undefined;
  };
}

function payloadIdOf(req: Request): string | undefined {
  const id = req.get('X-LaunchDarkly-Payload-ID');
  return id === undefined || id === '' || id.length > PAYLOAD_ID_LENGTH ? undefined : id;
}

/** Only a browser's own user agent tells whether a bot is behind it: a server's or an app's is that of its SDK. */
const browserOf = (req: Request): EventSender => ({
  payloadId: payloadIdOf(req),
  userAgent: req.get('user-agent'),
});

/** `d` is the base64 of what others post; rubbish is an empty list, since an image cannot be told why. */
function bodyOfPixel(req: Request): unknown {
  const { d } = req.query;
  if (typeof d !== 'string') return [];
  try {
    return JSON.parse(Buffer.from(d, 'base64').toString('utf8'));
  } catch {
    return [];
  }
}

function sendPixel(res: Response): void {
  res.status(200).set({ 'Content-Type': 'image/gif', 'Cache-Control': 'no-store' }).end(PIXEL);
}
