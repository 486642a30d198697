import type { StreamFailure } from './watch-streams.ts';

/**
 * - `live`: the stream is open and has told everything on this connection.
 * - `connecting`: never live since the start, and still trying.
 * - `interrupted`: was live; the SDK is connecting again.
 * - `refused`: LaunchDarkly said no (401 and the like); tried again after minutes, not seconds.
 */
export type LaunchDarklyConnection = 'live' | 'connecting' | 'interrupted' | 'refused' | 'closed';

/** What is known of the connection, from what happened to it. */
export interface ConnectionState {
  current(): LaunchDarklyConnection;
  /** Why it is not live, as the end of a sentence: `it answered 503`. Empty while live, and until the first attempt ends. */
  reason(): string;
  /** A new SDK client starts from nothing; what went wrong before stays the reason. */
  begin(): void;
  opened(): void;
  /** A whole set of flags has come and is in the store. */
  told(): void;
  failed(failure: StreamFailure): void;
  /** Something came that could not be read: what is held may be behind from now on. */
  garbled(fault: string): void;
  close(): void;
  /** Milliseconds from the first to the last moment of the connection that ended last, or that lasts. */
  liveForMs(): number;
}

const reasonOf = ({ status, message }: StreamFailure, wasOpen: boolean): string => {
  if (wasOpen) return `its stream ended (${message})`;
  if (status === 401 || status === 403) return `it refused the SDK key (${status})`;
  return status === undefined ? `the connection failed (${message})` : `it answered ${status}`;
};

export function createConnectionState(now: () => number): ConnectionState {
  let isOpen = false;
  let isTold = false;
  let isRefused = false;
  let isClosed = false;
  let reason = '';
  let liveSince: number | undefined;
  let liveUntil: number | undefined;

  const isLive = () => isOpen && isTold && !isClosed;

  const lose = (why: string) => {
    if (isLive()) liveUntil = now();
    isTold = false;
    reason = why;
  };

  return {
    current() {
      if (isClosed) return 'closed';
      if (isLive()) return 'live';
      if (isRefused) return 'refused';
      return liveSince === undefined ? 'connecting' : 'interrupted';
    },
    reason: () => (isLive() ? '' : reason),
    begin() {
      isOpen = false;
      isTold = false;
      isRefused = false;
    },
    opened() {
      isOpen = true;
    },
    told() {
      if (!isOpen || isLive()) return;
      isTold = true;
      liveSince = now();
      liveUntil = undefined;
    },
    failed(failure) {
      lose(reasonOf(failure, isOpen));
      isOpen = false;
      isRefused = failure.isFinal;
    },
    garbled(fault) {
      lose(`it sent ${fault}`);
    },
    close() {
      isClosed = true;
      reason = 'it was closed';
    },
    liveForMs: () => (liveSince === undefined ? 0 : (liveUntil ?? now()) - liveSince),
  };
}
