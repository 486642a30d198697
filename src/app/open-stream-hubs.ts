import type { Logger } from '../shared/logger.ts';
import { createStreamHub, type StreamHub } from '../http/sse/stream-hub.ts';
import type { Disposables } from './disposables.ts';

/** The open event streams, one hub for each kind of client. */
export interface StreamHubs {
  readonly site: StreamHub;
  /** SDKs and OpenFeature providers. */
  readonly sdk: StreamHub;
  readonly dashboard: StreamHub;
}

export function openStreamHubs(log: Logger, disposables: Disposables): StreamHubs {
  const open = (): StreamHub => {
    const hub = createStreamHub({
      now: () => performance.now(),
      random: Math.random,
      onError: (error) => log.error({ err: error }, 'a stream could not be written'),
    });
    disposables.push(() => hub.close());
    return hub;
  };
  return { site: open(), sdk: open(), dashboard: open() };
}
