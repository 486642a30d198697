import { HEARTBEAT } from './encode-event.ts';
import type { EventStream } from './event-stream.ts';
import { createFanOut } from './fan-out.ts';

export interface StreamHubOptions {
  /** Milliseconds with fractions; only differences are used. */
  readonly now: () => number;
  /** In [0, 1). */
  readonly random: () => number;
  /** Told of a `render` that threw; its stream misses that event. */
  readonly onError: (error: unknown) => void;
  /** Between two comment lines on every stream. Default 20 s: below what proxies cut (60 s) and SDKs give up at (5 min). */
  readonly heartbeatMs?: number;
  /** How long bytes may lie unsent before the stream is dropped. Default 30 s. */
  readonly stallMs?: number;
  /** How many bytes may lie unsent, beyond the stream's own first chunk, before it is dropped. Default 64 KiB. */
  readonly unsentLimitBytes?: number;
}

export interface StreamCounts {
  readonly open: number;
  readonly opened: number;
  /** Dropped because they did not read. */
  readonly dropped: number;
}

/** Who is listening to what. A group is any string; a stream leaves by closing. */
export interface StreamHub {
  /** Writes `first` at once; whatever is broadcast later comes after it. While draining, the stream is ended instead. */
  join(group: string, stream: EventStream, first?: Buffer): void;
  /** The same bytes to everybody in the group. */
  broadcast(group: string, chunk: Buffer): void;
  /** To each stream of the group its own bytes, or nothing. `render` is called in batches, the first of them now. */
  broadcastEach(group: string, render: (stream: EventStream) => Buffer | undefined): void;
  size(group: string): number;
  counts(): StreamCounts;
  /** Resolves when everything broadcast so far was handed to the sockets. */
  settled(): Promise<void>;
  /**
   * Ends every stream, each told to connect again after a time of its own within `spreadMs`, so that the next instance is
   * not stormed. Resolves when all are closed; those that do not close within `graceMs` (default 1 s) are cut.
   */
  drain(spreadMs: number, graceMs?: number): Promise<void>;
  /** Cuts every stream and stops the heartbeat. */
  close(): void;
}

interface Member {
  readonly stream: EventStream;
  readonly unsentLimit: number;
  /** When unsent bytes were first seen; 0 when there are none. */
  stalledSince: number;
}

export function createStreamHub({
  now,
  random,
  onError,
  heartbeatMs = 20_000,
  stallMs = 30_000,
  unsentLimitBytes = 64 * 1024,
}: StreamHubOptions): StreamHub {
  const groups = new Map<string, Set<Member>>();
  const fanOut = createFanOut<Member>({ now, onError });
  let open = 0;
  let opened = 0;
  let dropped = 0;
  let draining: { readonly spreadMs: number } | undefined;

  function everybody(): Member[] {
    const all: Member[] = [];
    for (const members of groups.values()) all.push(...members);
    return all;
  }

  function deliver(member: Member, chunk: Buffer): void {
    const { stream } = member;
    if (stream.closed) return;
    if (stream.unsentBytes > member.unsentLimit) drop(member);
    else stream.write(chunk);
  }

  function drop({ stream }: Member): void {
    dropped += 1;
    stream.destroy();
  }

  function beat(member: Member): void {
    if (member.stream.unsentBytes === 0) {
      member.stalledSince = 0;
      deliver(member, HEARTBEAT);
    } else if (member.stalledSince === 0) {
      member.stalledSince = now();
    } else if (now() - member.stalledSince >= stallMs && !member.stream.closed) {
      drop(member);
    }
  }

  const retryWithin = (spreadMs: number): number => Math.round(random() * spreadMs);

  // One timer for all; stalls are looked at more often than heartbeats are due.
  const sweepMs = Math.min(heartbeatMs, Math.max(1, Math.floor(stallMs / 3)));
  let lastBeat = now();
  const timer = setInterval(() => {
    const due = now() - lastBeat >= heartbeatMs - sweepMs / 2;
    if (due) lastBeat = now();
    fanOut.add(everybody(), due ? beat : watch);
  }, sweepMs);
  timer.unref();

  function watch(member: Member): void {
    if (member.stalledSince !== 0 || member.stream.unsentBytes > 0) beat(member);
  }

  return {
    join(group, stream, first) {
      if (draining !== undefined) {
        stream.end(retryWithin(draining.spreadMs));
        return;
      }
      if (stream.closed) return;
      const member: Member = {
        stream,
        unsentLimit: unsentLimitBytes + (first?.length ?? 0),
        stalledSince: 0,
      };
      const members = groups.get(group) ?? new Set();
      groups.set(group, members.add(member));
      open += 1;
      opened += 1;
      stream.onClose(() => {
        open -= 1;
        members.delete(member);
        if (members.size === 0 && groups.get(group) === members) groups.delete(group);
      });
      if (first !== undefined) stream.write(first);
    },

    broadcast(group, chunk) {
      fanOut.add([...(groups.get(group) ?? [])], (member) => deliver(member, chunk));
    },

    broadcastEach(group, render) {
      fanOut.add([...(groups.get(group) ?? [])], (member) => {
        if (member.stream.closed) return;
        const chunk = render(member.stream);
        if (chunk !== undefined) deliver(member, chunk);
      });
    },

    size: (group) => groups.get(group)?.size ?? 0,
    counts: () => ({ open, opened, dropped }),
    settled: () => fanOut.idle(),

    async drain(spreadMs, graceMs = 1_000) {
      draining = { spreadMs };
      const members = everybody();
      const closed = members.map(({ stream }) => new Promise<void>((resolve) => stream.onClose(resolve)));
      fanOut.add(members, ({ stream }) => stream.end(retryWithin(spreadMs)));
      const patience = setTimeout(() => {
        for (const { stream } of members) stream.destroy();
      }, graceMs);
      await Promise.all(closed);
      clearTimeout(patience);
    },

    close() {
      clearInterval(timer);
      for (const { stream } of everybody()) stream.destroy();
    },
  };
}
