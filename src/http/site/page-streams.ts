import { hash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FlagClient } from '../../flags/flag-client.ts';
import type { RolloutPlace } from '../../flags/rollout-place.ts';
import { PLAYLIST_FLAG } from '../html/playlist-flag.ts';
import { encodeEvent, encodeRetry } from '../sse/encode-event.ts';
import { openEventStream, type EventStream } from '../sse/event-stream.ts';
import type { StreamHub } from '../sse/stream-hub.ts';
import { createAddressQuota } from '../middleware/address-quota.ts';
import { Problem } from '../problems/problem.ts';
import type { Listener } from './listener.ts';
import type { VersionChoice } from './version-choice.ts';

const GROUP = 'site';
const RETRY_MS = 2_000;
/** So many listeners are evaluated in one turn of the event loop. */
const BATCH_SIZE = 200;

/** How many pages may listen at once. */
export interface StreamLimits {
  readonly perProcess: number;
  readonly perAddress: number;
}

/** A version choice with everything that the page tells of it. */
export interface ToldChoice extends VersionChoice {
  readonly place: RolloutPlace | undefined;
  /** Why, in one sentence. */
  readonly because: string;
}

export interface PageStreamsOptions {
  readonly flags: Pick<FlagClient, 'onChange'>;
  readonly hub: StreamHub;
  readonly choose: (listener: Listener) => Promise<ToldChoice>;
  readonly onError: (error: unknown) => void;
  readonly limits: StreamLimits;
}

export interface OpenPage {
  readonly listener: Listener;
  /** From `request.ip`, which heeds trusted proxies. */
  readonly address: string;
  /** The mark of the choice that the page shows; undefined when it does not say. */
  readonly seen: string | undefined;
}

/** One stream for each open page. It sends an event only when this listener's choice changes. */
export interface PageStreams {
  /** @throws Problem 429 over a limit. */
  open(request: IncomingMessage, response: ServerResponse, page: OpenPage): Promise<void>;
  count(): number;
  /** Unsubscribes from the flag client; the hub ends the streams. */
  close(): void;
}

/** Two choices with the same mark look alike on the page. It begins with the version. */
export function markOf({
  version,
  evaluation: { reason, source, variationIndex },
  place,
}: Omit<ToldChoice, 'because'>): string {
  const told = JSON.stringify([reason, source, variationIndex, place]);
  return `${version}-${hash('sha1', told, 'base64url').slice(0, 8)}`;
}

export function createPageStreams({ flags, hub, choose, onError, limits }: PageStreamsOptions): PageStreams {
  /** The mark that each page was last told; undefined until its first evaluation. */
  const marks = new Map<EventStream, string | undefined>();
  const pages = new WeakMap<EventStream, OpenPage>();
  const slots = createAddressQuota(limits);
  /** Evaluations run one after another, so that an older choice is never sent after a newer one. */
  let queue: Promise<void> = Promise.resolve();
  let isQueued = false;

  async function eventFor(stream: EventStream, shown: string | undefined): Promise<Buffer | undefined> {
    const page = pages.get(stream);
    if (page === undefined) return undefined;
    const choice = await choose(page.listener);
    const mark = markOf(choice);
    if (marks.has(stream)) marks.set(stream, mark);
    return shown === undefined || shown === mark ? undefined : changeEvent(shown, mark, choice);
  }

  async function evaluateAll(): Promise<void> {
    isQueued = false;
    const streams = [...marks.keys()];
    for (let start = 0; start < streams.length; start += BATCH_SIZE) {
      const events = new Map<EventStream, Buffer>();
      for (const stream of streams.slice(start, start + BATCH_SIZE)) {
        const event = await eventFor(stream, marks.get(stream));
        if (event !== undefined) events.set(stream, event);
      }
      if (events.size > 0) hub.broadcastEach(GROUP, (stream) => events.get(stream));
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  function enqueue(work: () => Promise<void>): Promise<void> {
    queue = queue.then(work).catch(onError);
    return queue;
  }

  const unsubscribe = flags.onChange((flagKeys) => {
    if (isQueued || marks.size === 0 || !flagKeys.includes(PLAYLIST_FLAG)) return;
    isQueued = true;
    void enqueue(evaluateAll);
  });

  return {
    async open(request, response, page) {
      const giveBack = slots.take(page.address);
      if (giveBack === undefined) {
        throw new Problem(
          429,
          'too_many_streams',
          'Too many pages listen for changes at once. This page shows them when it is reloaded.',
          { headers: { 'retry-after': '30' } },
        );
      }
      let stream: EventStream;
      try {
        stream = openEventStream(request, response);
      } catch (error) {
        giveBack();
        throw error;
      }
      marks.set(stream, undefined);
      pages.set(stream, page);
      stream.onClose(() => {
        marks.delete(stream);
        giveBack();
      });
      hub.join(GROUP, stream, encodeRetry(RETRY_MS));
      await enqueue(async () => {
        const missed = await eventFor(stream, page.seen);
        if (missed !== undefined) stream.write(missed);
      });
    },
    count: () => slots.used(),
    close: unsubscribe,
  };
}

/** With the same version only the reason changes, and the list stays as it is. */
function changeEvent(shown: string, mark: string, { version, because }: ToldChoice): Buffer {
  return encodeEvent({
    event: shown.startsWith(`${version}-`) ? 'reason' : 'version',
    id: mark,
    data: JSON.stringify({ version, why: because }),
  });
}
