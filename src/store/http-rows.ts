import type { FlagSet } from '../evaluation/evaluator.ts';
import type { Flag, Segment } from '../evaluation/model.ts';
import { canonicalJson } from './canonical-json.ts';
import { highestVersion } from './plan.ts';
import { type EnvironmentState, type ItemRow, type Rows, recordOf } from './state.ts';
import type { ItemRecord } from './store.ts';

/**
 * What has to change in an environment for it to be this set of flags. What is not in the set any more is a tombstone.
 * @param at ISO 8601, UTC
 */
export function rowsFrom(
  there: EnvironmentState,
  flagSet: FlagSet,
  position: number,
  at: string,
): {
  readonly rows: Rows;
  /** The keys of items that come with a lower version than they had: the copy is older than the one before. */
  readonly older: readonly string[];
} {
  const { snapshot } = there;
  const records = [
    ...Object.values(flagSet.flags).map((definition) => flagRecord(definition, at)),
    ...Object.values(flagSet.segments).map((definition) => segmentRecord(definition, at)),
  ];
  const changed = records.filter((record) => {
    const held = recordOf(snapshot, record.kind, record.key);
    return held === undefined || canonicalJson(held.definition) !== canonicalJson(record.definition);
  });
  const gone = [...snapshot.flags.values(), ...snapshot.segments.values()].filter(
    ({ kind, key }) => (kind === 'flag' ? flagSet.flags : flagSet.segments)[key] === undefined,
  );
  const items = [
    ...changed.map((record) => ({ record, kind: record.kind, key: record.key, version: record.version })),
    ...gone.map(({ kind, key, version }) => ({ record: null, kind, key, version: version + 1 })),
  ];
  return {
    older: changed
      .filter(({ kind, key, version }) => version < highestVersion(there, kind, key))
      .map(({ key }) => key),
    rows: {
      projects: [],
      environments: [],
      items: items.map(({ record, kind, key, version }, index): ItemRow => ({
        environment: snapshot.environment,
        record,
        kind,
        key,
        version,
        sequence: snapshot.sequence + index + 1,
        position: position + index + 1,
        auditId: 0,
      })),
    },
  };
}

const flagRecord = (definition: Flag, at: string): ItemRecord => ({
  kind: 'flag',
  ...common(definition, at),
  definition,
});
const segmentRecord = (definition: Segment, at: string): ItemRecord => ({
  kind: 'segment',
  ...common(definition, at),
  definition,
});

const common = ({ key, version }: Flag | Segment, at: string) => ({
  key,
  version,
  description: null,
  tags: [],
  createdAt: at,
  updatedAt: at,
});
