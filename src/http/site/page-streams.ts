import { hash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Context } from '../../evaluation/model.ts';
import type { FlagEvaluation, FlagClient } from '../../flags/flag-client.ts';
import { Problem } from '../problems/problem.ts';
import { encodeEvent, encodeRetry } from '../sse/encode-event.ts';
import { openEventStream, type EventStream } from '../sse/event-stream.ts';
import type { StreamHub } from '../sse/stream-hub.ts';
import { chooseVersion, type VersionChoice, type PlaylistVersion } from './version-choice.ts';
import { PLAYLIST_FLAG } from '../html/playlist-flag.ts';
import type { Persona } from './persona.ts';

const GROUP = 'site';
const RETRY_MS = 2_000;
/** So many listeners are asked for at once before other work gets its turn. */
const BATCH_SIZE = 200;

export interface PageStreamsOptions {
  readonly flags: FlagClient;
  readonly hub: StreamHub;
  /** What the page is told, in words. */
  readonly announce: (choice: VersionChoice, persona: Persona) => string;
  readonly onError: (error: unknown) => void;
  readonly limits: StreamLimits;
}

export interface StreamLimits {
  readonly perProcess: number;
  readonly perAddress: number;
}

export interface Watcher {
  readonly context: Context;
  readonly persona: Persona;
  /** From `request.ip`, so that a trusted proxy's word counts. */
  readonly address: string;
  /** The mark of the answer that the page shows now; undefined when it does not say. */
  readonly seen: string | undefined;
}

interface Watched {
  readonly watcher: Watcher;
  /** Of the answer last told; undefined until the first one is known. */
  mark: string | undefined;
}

/** One stream a page: it speaks only when this listener's answer changes. */
export interface PageStreams {
  /** @throws Problem 429 over a limit. */
  open(request: IncomingMessage, response: ServerResponse, watcher: Watcher): Promise<void>;
  /** Lets go of the flag client; the hub ends the streams. */
  close(): void;
}

/** Two answers with one mark look alike on the page. The version is its readable part. */
export function markOf(version: PlaylistVersion, { reason, source, variationIndex }: FlagEvaluation): string {
  return `${version}-${hash('sha1', JSON.stringify([reason, source, variationIndex]), 'base64url').slice(0, 8)}`;
}

export function createPageStreams(options: PageStreamsOptions): PageStreams {
  const { flags, hub, announce, onError, limits } = options;
  const watched = new Map<EventStream, Watched>();
  const perAddress = new Map<string, number>();
  /** Changes follow one another: a later look may not be overtaken by an earlier one. */
  let looking: Promise<void> = Promise.resolve();
  let lookQueued = false;

  /** The event for a page that shows `mark`; undefined when nothing changed for it. */
  function eventFor(mark: string, choice: VersionChoice, persona: Persona): Buffer | undefined {
    const now = markOf(choice.version, choice.answer);
    if (now === mark) return undefined;
    // Another reason for the same version only mends the sleeve notes; the list stays as it is.
    const event = mark.startsWith(`${choice.version}-`) ? 'reason' : 'answer';
    return encodeEvent({
      event,
      id: now,
      data: JSON.stringify({ version: choice.version, why: announce(choice, persona) }),
    });
  }

  async function look(): Promise<void> {
    const entries = [...watched];
    for (let start = 0; start < entries.length; start += BATCH_SIZE) {
      const events = new Map<EventStream, Buffer>();
      for (const [stream, entry] of entries.slice(start, start + BATCH_SIZE)) {
        if (entry.mark === undefined) continue;
        const { context, persona } = entry.watcher;
        const choice = await chooseVersion(flags, context);
        const event = eventFor(entry.mark, choice, persona);
        if (event === undefined) continue;
        entry.mark = markOf(choice.version, choice.answer);
        events.set(stream, event);
      }
      if (events.size > 0) hub.broadcastEach(GROUP, (stream) => events.get(stream));
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  /** Tells a page at once what changed between its making and now. */
  async function greet(stream: EventStream, entry: Watched): Promise<void> {
    const { context, persona, seen } = entry.watcher;
    const choice = await chooseVersion(flags, context);
    const missed = seen === undefined ? undefined : eventFor(seen, choice, persona);
    entry.mark = markOf(choice.version, choice.answer);
    if (missed !== undefined) stream.write(missed);
  }

  const stopListening = flags.onChange((flagKeys) => {
    if (lookQueued || watched.size === 0 || !flagKeys.includes(PLAYLIST_FLAG)) return;
    lookQueued = true;
    looking = looking
      .then(() => {
        lookQueued = false;
        return look();
      })
      .catch(onError);
  });

  function take(address: string): void {
    const open = perAddress.get(address) ?? 0;
    if (open >= limits.perAddress || watched.size >= limits.perProcess) {
      throw new Problem(
        429,
        'too_many_streams',
        'Too many pages watch for changes at once; this one shows them when it is loaded again.',
        {
          headers: { 'retry-after': '30' },
        },
      );
    }
    perAddress.set(address, open + 1);
  }

  function giveBack(address: string): void {
    const open = (perAddress.get(address) ?? 1) - 1;
    if (open === 0) perAddress.delete(address);
    else perAddress.set(address, open);
  }

  return {
    async open(request, response, watcher) {
      take(watcher.address);
      let stream: EventStream;
      try {
        stream = openEventStream(request, response);
      } catch (error) {
        giveBack(watcher.address);
        throw error;
      }
      const entry: Watched = { watcher, mark: undefined };
      watched.set(stream, entry);
      stream.onClose(() => {
        watched.delete(stream);
        giveBack(watcher.address);
      });
      hub.join(GROUP, stream, encodeRetry(RETRY_MS));
      // In the queue with the looks, so that an older answer is never told after a newer one.
      looking = looking.then(() => greet(stream, entry)).catch(onError);
      await looking;
    },
    close: stopListening,
  };
}
