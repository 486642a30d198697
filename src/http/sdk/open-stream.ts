import type { Request, Response } from 'express';
import { principalOf } from '../guard/principal.ts';
import { Problem } from '../problem.ts';
import { openEventStream, type EventStream } from '../stream/event-stream.ts';
import type { StreamHub } from '../stream/stream-hub.ts';
import type { StreamLimits } from './sdk-deps.ts';

/** Opens streams as long as there is room. */
export type OpenStream = (req: Request, res: Response) => EventStream;

const PER_CALLER_AND_ADDRESS = 10_000;
const TOTAL = 20_000;

/** Counts by credential and address; 429 beyond the limits, which SDKs answer with patience. */
export function createOpenStream(
  hub: Pick<StreamHub, 'counts'>,
  { perCallerAndAddress = PER_CALLER_AND_ADDRESS, total = TOTAL }: StreamLimits = {},
): OpenStream {
  const open = new Map<string, number>();
  return (req, res) => {
    const caller = `${callerOf(res)} ${req.ip ?? ''}`;
    const count = open.get(caller) ?? 0;
    if (count >= perCallerAndAddress || hub.counts().open >= total) {
      throw new Problem(429, 'too_many_streams', 'As many streams as may be are open already.', {
        headers: { 'retry-after': '10' },
      });
    }
    const stream = openEventStream(req, res);
    if (stream.closed) return stream;
    open.set(caller, count + 1);
    stream.onClose(() => {
      const left = (open.get(caller) ?? 1) - 1;
      if (left === 0) open.delete(caller);
      else open.set(caller, left);
    });
    return stream;
  };
}

function callerOf(res: Response): string {
  const principal = principalOf(res);
  return principal !== undefined && 'keyId' in principal ? principal.keyId : 'anonymous';
}
