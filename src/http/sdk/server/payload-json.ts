import { flagPayload, segmentPayload } from '../../../launchdarkly/payload.ts';
import type { FlagRecord, ItemRecord, SegmentRecord } from '../../../store/store.ts';

/** Records are replaced, never edited, so what was written of one stays true for as long as anybody holds it. */
const written = new WeakMap<ItemRecord, string | null>();

/** The JSON of an item as the strictest SDK reads it; undefined for a flag that LaunchDarkly's SDKs cannot evaluate. */
export function payloadJson(record: ItemRecord): string | undefined {
  let json = written.get(record);
  if (json === undefined) {
    json = write(record);
    written.set(record, json);
  }
  return json ?? undefined;
}

/** `{"key":{…},…}` of all that SDKs can evaluate. */
export function payloadMap(
  records: ReadonlyMap<string, FlagRecord> | ReadonlyMap<string, SegmentRecord>,
): string {
  const members: string[] = [];
  for (const [key, record] of records) {
    const json = payloadJson(record);
    if (json !== undefined) members.push(`${JSON.stringify(key)}:${json}`);
  }
  return `{${members.join(',')}}`;
}

function write(record: ItemRecord): string | null {
  const { version } = record;
  const wire =
    record.kind === 'flag'
      ? flagPayload({ ...record.definition, version })
      : segmentPayload({ ...record.definition, version });
  return wire === undefined ? null : JSON.stringify(wire);
}
