import type { Request, Response } from 'express';
import { isLive } from '../../../access/key-record.ts';
import type { Keys } from '../../../access/keys.ts';
import { principalOf } from '../../auth/principal.ts';
import { Problem } from '../../problems/problem.ts';
import { openEventStream, type EventStream } from '../../sse/event-stream.ts';
import type { StreamHub } from '../../sse/stream-hub.ts';
import type { StreamLimits } from './sdk-deps.ts';

export interface OpenStreams {
  /** Opens a stream for an authenticated client. @throws {Problem} 429 over a limit, after which SDKs try again later */
  readonly open: (req: Request, res: Response) => EventStream;
  /** Stops checking keys. */
  readonly close: () => void;
}

export type OpenStream = OpenStreams['open'];

export interface OpenStreamsDeps {
  readonly hub: Pick<StreamHub, 'counts'>;
  readonly keys: Pick<Keys, 'get'>;
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly limits?: StreamLimits | undefined;
  /** How soon the streams of a key that was revoked or ran out are ended. Default 2 s. */
  readonly keyCheckMs?: number;
}

interface Caller {
  readonly keyId: string | undefined;
  readonly streams: Set<EventStream>;
}

const PER_CALLER_AND_ADDRESS = 10_000;
const TOTAL = 20_000;

/** Counts streams by credential and address, and ends those whose key is shut while they are open. */
export function createOpenStreams({
  hub,
  keys,
  now,
  limits: { perCallerAndAddress = PER_CALLER_AND_ADDRESS, total = TOTAL } = {},
  keyCheckMs = 2_000,
}: OpenStreamsDeps): OpenStreams {
  const callers = new Map<string, Caller>();

  const timer = setInterval(() => {
    for (const { keyId, streams } of callers.values()) {
      const key = keyId === undefined ? undefined : keys.get(keyId);
      if (key === undefined || isLive(key, now())) continue;
      for (const stream of streams) stream.end();
    }
  }, keyCheckMs);
  timer.unref();

  return {
    open(req, res) {
      const keyId = keyIdOf(res);
      const name = `${keyId ?? ''} ${req.ip ?? ''}`;
      const caller = callers.get(name) ?? { keyId, streams: new Set() };
      if (caller.streams.size >= perCallerAndAddress || hub.counts().open >= total) {
        throw tooManyStreams('As many streams as may be are open already.');
      }
      const stream = openEventStream(req, res);
      if (stream.closed) return stream;
      callers.set(name, caller);
      caller.streams.add(stream);
      stream.onClose(() => {
        caller.streams.delete(stream);
        if (caller.streams.size === 0 && callers.get(name) === caller) callers.delete(name);
      });
      return stream;
    },
    close: () => clearInterval(timer),
  };
}

/** SDKs try again after it. */
export const tooManyStreams = (detail: string): Problem =>
  new Problem(429, 'too_many_streams', detail, { headers: { 'retry-after': '10' } });

function keyIdOf(res: Response): string | undefined {
  const principal = principalOf(res);
  return principal !== undefined && 'keyId' in principal ? principal.keyId : undefined;
}
