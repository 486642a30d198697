/** What the processes of this benchmark say to each other. Times are nanoseconds of the machine's monotonic clock. */
export type ServerMessage =
  | { readonly type: 'listening'; readonly port: number }
  | { readonly type: 'memory'; readonly rss: number }
  /** A change was fanned out: when it began, and the longest that the event loop stood still. */
  | { readonly type: 'sent'; readonly at: string; readonly blockedMs: number; readonly blockedCpuMs: number };

export type ServerOrder = 'memory' | 'change' | 'stop';

export type ReaderMessage =
  | { readonly type: 'connected' }
  /** One for each stream, in milliseconds since `at`. */
  | { readonly type: 'received'; readonly delays: readonly number[]; readonly missing: number };

export type ReaderOrder =
  | { readonly type: 'connect'; readonly port: number; readonly streams: number; readonly reading: boolean }
  /** From now on the next bytes of each stream are the change's. */
  | { readonly type: 'arm' }
  | { readonly type: 'report'; readonly at: string }
  | { readonly type: 'stop' };
