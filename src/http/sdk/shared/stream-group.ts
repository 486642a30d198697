import type { EnvironmentRef } from '../../../store/store.ts';

/** The kinds of streams; those of one kind and environment hear the same changes. */
export type StreamKind = 'all' | 'flags' | 'changes' | 'ping' | 'eval' | 'eval-changes' | 'ofrep';

/** The name of a group of streams in the hub. */
export const streamGroup = (kind: StreamKind, { project, environment }: EnvironmentRef): string =>
  JSON.stringify(['sdk', kind, project, environment]);
