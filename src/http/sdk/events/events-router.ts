import { Router, type Request, type RequestHandler, type Response } from 'express';
import { callerEnvironment } from '../../auth/principal.ts';
import type { EventSender } from '../../../events/event-sink.ts';
import { StoreUnavailableError } from '../../../store/store.ts';
import { createAddressQuota } from '../../middleware/address-quota.ts';
import { Problem } from '../../problems/problem.ts';
import type { SdkDeps } from '../shared/sdk-deps.ts';
import type { SdkAuth } from '../shared/sdk-auth.ts';
import { eventParts, HELD_BYTES } from './event-parts.ts';

/** The smallest GIF: one transparent pixel. */
const PIXEL = Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64');
const PAYLOAD_ID_LENGTH = 256;

/**
 * Where SDKs send events. Every response has Node's own `Date`, by which SDKs decide whether to go on debugging.
 *
 * A body is written in parts (see `eventParts`), each with an id of its own, and acknowledged when all are durable. When
 * it ends in the middle, the parts before stay counted; sent again with its id, the rest is counted and nothing twice.
 */
export function createEventsRouter(
  { events }: Pick<SdkDeps, 'events'>,
  { sdkKey, mobileKey, browser }: SdkAuth,
): Router {
  const held = createAddressQuota(HELD_BYTES);
  const takeFrom =
    (senderOf: (req: Request) => EventSender): RequestHandler =>
    async (req, res) => {
      const sender = senderOf(req);
      let written = 0;
      try {
        for await (const part of eventParts(req, held)) {
          const payloadId = idOfPart(sender.payloadId, written);
          await events.ingest(callerEnvironment(res), part, { ...sender, payloadId });
          written += 1;
        }
      } catch (error) {
        if (!isFinal(error, sender, written)) throw error;
        const why = error instanceof Problem ? error.message : 'The rest could not be written.';
        res.set({ Connection: 'close', 'X-Events-Dropped': why });
      }
      res.status(202).end();
    };
  const take = takeFrom((req) => ({ payloadId: payloadIdOf(req) }));
  const takePixel: RequestHandler = async (req, res) => {
    await events.ingest(callerEnvironment(res), bodyOfPixel(req), browserOf(req));
    sendPixel(res);
  };

  const router = Router();
  router.post('/bulk', sdkKey, take);
  router.post('/diagnostic', sdkKey, diagnose);
  router.post(['/mobile', '/mobile/events', '/mobile/events/bulk'], mobileKey, take);
  router.post('/mobile/events/diagnostic', mobileKey, diagnose);
  router.post('/events/bulk/:env', browser, takeFrom(browserOf));
  router.post('/events/diagnostic/:env', browser, diagnose);
  router.get('/a/:env.gif', browser, takePixel);
  return router;
}

/** What an SDK says of itself; it is not even read here. */
const diagnose: RequestHandler = (_req, res) => {
  res.status(202).end();
};

/**
 * Whether the sender must not try again: 202 and `X-Events-Dropped` say that the rest is lost. Some SDKs
 * stop for good after a 413, and what has no id would be counted twice.
 */
const isFinal = (error: unknown, { payloadId }: EventSender, written: number): boolean =>
  (error instanceof Problem && error.status === 413) ||
  (payloadId === undefined &&
    written > 0 &&
    (error instanceof Problem || error instanceof StoreUnavailableError));

/** The first part has the id of the body, which most often is the only one. No header has a line break in it. */
const idOfPart = (id: string | undefined, part: number): string | undefined =>
  id === undefined || part === 0 ? id : `${id}\n${part}`;

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
