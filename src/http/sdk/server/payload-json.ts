import { flagPayload, segmentPayload } from '../../../launchdarkly/payload.ts';
import { oncePer } from '../../../shared/once-per.ts';
import type { FlagRecord, ItemRecord, SegmentRecord } from '../../../store/store.ts';

/**
 * The JSON of an item as the strictest SDK reads it; undefined for a flag that LaunchDarkly's SDKs cannot evaluate. Records
 * are replaced, never edited, so what was written of one stays true.
 */
export const payloadJson = oncePer((record: ItemRecord): string | undefined => {
  const { version } = record;
  const wire =
    record.kind === 'flag'
      ? flagPayload({ ...record.definition, version })
      : segmentPayload({ ...record.definition, version });
  return wire && JSON.stringify(wire);
});

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
