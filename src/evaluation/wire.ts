import { isRecord, listOf, present, primitiveText, toNumber, type JsonRecord } from './json.ts';
import type { Flag, Segment } from './model.ts';

/** JSON as LaunchDarkly's strictest SDKs read it: Go refuses nulls, Python missing lists and 1.0 for 1. */
export type WireItem = JsonRecord;

type Shape = (value: unknown) => unknown;

/** A field whose shape gives `undefined` is left out. */
type Shapes = Readonly<Record<string, Shape>>;

const text: Shape = primitiveText;
const requiredText: Shape = (value) => primitiveText(value) ?? '';
const flagOf: Shape = (value) => (present(value) === undefined ? undefined : Boolean(value));
const requiredFlag: Shape = Boolean;
const integer: Shape = (value) => {
  const number = present(value) === undefined ? Number.NaN : Math.trunc(toNumber(value));
  // Adding zero turns -0 into 0, whose JSON is the same everywhere.
  return Number.isFinite(number) ? number + 0 : undefined;
};
const requiredInteger: Shape = (value) => integer(value) ?? 0;
const index: Shape = (value) => integer(value) ?? -1;
const texts: Shape = (value) => (listOf(value) ?? []).map(primitiveText).filter((item) => item !== undefined);
const anything: Shape = (value) => listOf(value) ?? [];

const list =
  (shapes: Shapes): Shape =>
  (value) =>
    (listOf(value) ?? []).filter(isRecord).map((item) => shaped(item, shapes));

const object =
  (shapes: Shapes): Shape =>
  (value) =>
    isRecord(value) ? shaped(value, shapes) : undefined;

const CLAUSE: Shapes = {
  contextKind: text,
  // Python wants it even where `segmentMatch` has no use for it.
  attribute: requiredText,
  op: requiredText,
  values: anything,
  negate: requiredFlag,
};

const ROLLOUT: Shapes = {
  kind: text,
  contextKind: text,
  bucketBy: text,
  // Node takes 0 for no seed and the others do not: without it all agree.
  seed: (value) => integer(value) || undefined,
  variations: list({ variation: index, weight: requiredInteger, untracked: flagOf }),
};

const SERVE: Shapes = { variation: integer, rollout: object(ROLLOUT) };

const KEYS: Shapes = { contextKind: text, values: texts };

const FLAG: Shapes = {
  key: requiredText,
  version: requiredInteger,
  on: requiredFlag,
  variations: anything,
  offVariation: integer,
  fallthrough: (value) => shaped(isRecord(value) ? value : {}, SERVE),
  targets: list({ ...KEYS, variation: index }),
  contextTargets: list({ ...KEYS, variation: index }),
  rules: list({ id: text, clauses: list(CLAUSE), ...SERVE, trackEvents: flagOf }),
  prerequisites: list({ key: requiredText, variation: index }),
  salt: requiredText,
  clientSideAvailability: object({ usingEnvironmentId: requiredFlag, usingMobileKey: requiredFlag }),
  clientSide: flagOf,
  trackEvents: requiredFlag,
  trackEventsFallthrough: requiredFlag,
  debugEventsUntilDate: integer,
  samplingRatio: integer,
  excludeFromSummaries: flagOf,
  migration: object({ checkRatio: integer }),
  deleted: requiredFlag,
};

const SEGMENT: Shapes = {
  key: requiredText,
  version: requiredInteger,
  salt: requiredText,
  included: texts,
  excluded: texts,
  includedContexts: list(KEYS),
  excludedContexts: list(KEYS),
  rules: list({
    id: text,
    clauses: list(CLAUSE),
    weight: integer,
    bucketBy: text,
    rolloutContextKind: text,
  }),
  unbounded: flagOf,
  unboundedContextKind: text,
  generation: integer,
  deleted: requiredFlag,
};

function shaped(given: JsonRecord, shapes: Shapes): WireItem {
  const item: Record<string, unknown> = {};
  for (const [name, shape] of Object.entries(shapes)) {
    const value = shape(given[name]);
    if (value !== undefined) {
      item[name] = value;
    }
  }
  return item;
}

/**
 * A flag to send to LaunchDarkly's SDKs: integers are integers, required lists are there, nothing is null that may not
 * be, and fields that are only ours are left out. `undefined` for a flag whose `bucketing` no SDK knows.
 */
export function wireFlag(flag: Flag): WireItem | undefined {
  return present(flag.bucketing) === undefined ? shaped({ ...flag }, FLAG) : undefined;
}

/** A segment to send to LaunchDarkly's SDKs, by the same rules. */
export function wireSegment(segment: Segment): WireItem {
  return shaped({ ...segment }, SEGMENT);
}
