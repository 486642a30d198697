import type { Snapshot } from '../../../store/store.ts';
import { encodeEvent } from '../../sse/encode-event.ts';
import type { ItemUpdate } from './item-updates.ts';
import { payloadMap } from './payload-json.ts';

/** How a stream names things: `/all` has flags and segments, `/flags` of very old SDKs has flags alone. */
interface ServerStream {
  readonly put: (snapshot: Snapshot) => Buffer;
  /** All updates in one buffer; undefined when none concerns this stream. */
  readonly updates: (updates: readonly ItemUpdate[]) => Buffer | undefined;
}

const FOLDER = { flag: 'flags', segment: 'segments' } as const;

export const ALL_STREAM: ServerStream = {
  put: (snapshot) => encodeEvent({ event: 'put', data: `{"path":"/","data":${allJson(snapshot)}}` }),
  updates: (updates) => joined(updates, ({ kind, key }) => `/${FOLDER[kind]}/${key}`),
};

export const FLAGS_STREAM: ServerStream = {
  put: (snapshot) => encodeEvent({ event: 'put', data: payloadMap(snapshot.flags) }),
  updates: (updates) =>
    joined(
      updates.filter(({ kind }) => kind === 'flag'),
      ({ key }) => `/${key}`,
    ),
};

/** Everything, as in `/sdk/latest-all`: both maps always, for Python raises without them. */
export function allJson({ flags, segments }: Snapshot): string {
  return `{"flags":${payloadMap(flags)},"segments":${payloadMap(segments)}}`;
}

function joined(updates: readonly ItemUpdate[], pathOf: (update: ItemUpdate) => string): Buffer | undefined {
  if (updates.length === 0) return undefined;
  return Buffer.concat(
    updates.map((update) => {
      // `path` first: Go reads it before it knows what `data` is.
      const path = `"path":${JSON.stringify(pathOf(update))}`;
      return update.type === 'put'
        ? encodeEvent({ event: 'patch', data: `{${path},"data":${update.json}}` })
        : encodeEvent({ event: 'delete', data: `{${path},"version":${update.version}}` });
    }),
  );
}
