import { z } from 'zod';
import { createEvaluator } from '../../../evaluation/create-evaluator.ts';
import type { Flag, Segment } from '../../../evaluation/model.ts';
import type { ReceivedFlags } from '../../../flags/last-known-good-store.ts';
import { flagPayload, segmentPayload } from '../../../launchdarkly/payload.ts';
import { isoTime } from '../../../shared/iso-time.ts';
import type { FlagRecord, SegmentRecord, Snapshot, Store } from '../../../store/store.ts';
import { isLaunchDarkly, LAUNCHDARKLY } from '../dashboard-scope.ts';

export interface LaunchDarklyFlags {
  /** Undefined: LaunchDarkly never sent any. */
  readonly received: () => ReceivedFlags | undefined;
  /** Called when they may have changed. Returns a function that unsubscribes. */
  readonly onChange: (listener: () => void) => () => void;
}

type ReadableStore = Pick<Store, 'snapshot' | 'subscribe'>;

/** A store that has the flags of LaunchDarkly as one more environment, which can only be read. */
export function withLaunchDarkly<Base extends ReadableStore>(
  store: Base,
  { received, onChange }: LaunchDarklyFlags,
): Base {
  let last: { readonly revision: number; readonly snapshot: Snapshot } | undefined;
  const current = (): Snapshot | undefined => {
    const flags = received();
    if (flags === undefined) return undefined;
    if (last?.revision !== flags.revision) {
      last = { revision: flags.revision, snapshot: snapshotOf(flags) };
    }
    return last.snapshot;
  };
  return {
    ...store,
    snapshot: (environment) => (isLaunchDarkly(environment) ? current() : store.snapshot(environment)),
    subscribe: (listener) => {
      const unsubscribers = [
        store.subscribe(listener),
        onChange(() => {
          const previous = last?.snapshot;
          const snapshot = current();
          if (snapshot === undefined || snapshot === previous) return;
          listener({
            environment: LAUNCHDARKLY,
            previous: previous ?? snapshot,
            snapshot,
            changes: [],
          });
        }),
      ];
      return () => {
        for (const unsubscribe of unsubscribers) unsubscribe();
      };
    },
  };
}

/** What an SDK needs of a flag or segment; its payload has the rest in the form that the pages read. */
const frame = z.looseObject({ key: z.string().min(1), version: z.number() });
const flagSchema = z.custom<Flag>((value) => frame.safeParse(value).success);
const segmentSchema = z.custom<Segment>((value) => frame.safeParse(value).success);

function snapshotOf({ revision, receivedAt, items }: ReceivedFlags): Snapshot {
  const at = isoTime(receivedAt);
  const common = { description: null, tags: [], createdAt: at, updatedAt: at };
  const flags = new Map<string, FlagRecord>();
  const segments = new Map<string, SegmentRecord>();
  for (const { kind, json } of items) {
    const given: unknown = JSON.parse(json);
    if (kind === 'features') {
      const flag = flagSchema.safeParse(given);
      const read = flagSchema.safeParse(flag.success ? flagPayload(flag.data) : undefined);
      if (read.success) {
        const { key, version } = read.data;
        flags.set(key, { kind: 'flag', key, version, definition: read.data, ...common });
      }
    } else {
      const segment = segmentSchema.safeParse(given);
      const read = segmentSchema.safeParse(segment.success ? segmentPayload(segment.data) : undefined);
      if (read.success) {
        const { key, version } = read.data;
        segments.set(key, { kind: 'segment', key, version, definition: read.data, ...common });
      }
    }
  }
  return {
    environment: LAUNCHDARKLY,
    sequence: revision,
    flags,
    segments,
    evaluator: createEvaluator({ flags: definitions(flags), segments: definitions(segments) }),
  };
}

const definitions = <Definition>(
  records: ReadonlyMap<string, { readonly definition: Definition }>,
): Readonly<Record<string, Definition>> =>
  Object.fromEntries([...records].map(([key, { definition }]) => [key, definition]));
