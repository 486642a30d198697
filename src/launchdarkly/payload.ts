import { isRecord, itemsOf, present, primitiveText, toNumber, type JsonRecord } from '../evaluation/json.ts';
import type { Flag, Segment } from '../evaluation/model.ts';

/** JSON that LaunchDarkly's strictest SDKs read: Go refuses nulls, Python missing lists and 1.0 for 1, Rust missing booleans. */
export type PayloadItem = JsonRecord;

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
/** What is no index becomes −1, so that every SDK finds it out of range. */
const requiredIndex: Shape = (value) => (Number.isInteger(value) ? integer(value) : -1);
const index: Shape = (value) => (present(value) === undefined ? undefined : requiredIndex(value));
/** The off variation counts as absent unless it is a number. */
const offIndex: Shape = (value) => (typeof value === 'number' ? requiredIndex(value) : undefined);
const texts: Shape = (value) =>
  itemsOf(value)
    .map(primitiveText)
    .filter((item) => item !== undefined);
const anything: Shape = (value) => itemsOf(value);

const records = (value: unknown): readonly JsonRecord[] =>
  itemsOf(value).map((item) => (isRecord(item) ? item : {}));

const list =
  (shapes: Shapes): Shape =>
  (value) =>
    records(value).map((item) => shaped(item, shapes));

const object =
  (shapes: Shapes): Shape =>
  (value) =>
    isRecord(value) ? shaped(value, shapes) : undefined;

const CLAUSE: Shapes = {
  contextKind: text,
  // The Python SDK requires it even for `segmentMatch`, which does not read it.
  attribute: requiredText,
  op: requiredText,
  values: anything,
  negate: requiredFlag,
};

/** Matches no context. */
const NEVER: PayloadItem = { attribute: 'key', op: 'in', values: [], negate: false };

/** SDKs read missing clauses in three ways; here, as in the node SDK, the rule matches no context. */
const clauses: Shape = (value) => (present(value) === undefined ? [NEVER] : list(CLAUSE)(value));

const ROLLOUT: Shapes = {
  kind: text,
  contextKind: text,
  bucketBy: text,
  // The node SDK reads 0 as no seed, and the others as a seed: without it all agree.
  seed: (value) => integer(value) || undefined,
  variations: list({ variation: requiredIndex, weight: requiredInteger, untracked: flagOf }),
};

const SERVE: Shapes = { variation: index, rollout: object(ROLLOUT) };

const KEYS: Shapes = { contextKind: text, values: texts };

const TARGET: Shapes = { ...KEYS, variation: requiredIndex };

const isOfUsers = ({ contextKind }: JsonRecord): boolean => !contextKind || contextKind === 'user';

/** A context target of users only points to `targets`. The Go SDK, unlike the others, would read keys listed here. */
const pointer = (target: JsonRecord): JsonRecord => (isOfUsers(target) ? { ...target, values: [] } : target);

const FLAG: Shapes = {
  key: requiredText,
  version: requiredInteger,
  on: requiredFlag,
  variations: anything,
  offVariation: offIndex,
  fallthrough: (value) => shaped(isRecord(value) ? value : {}, SERVE),
  targets: list(TARGET),
  contextTargets: (value) => records(value).map((target) => shaped(pointer(target), TARGET)),
  // The Rust SDK refuses a whole payload for a rule without `trackEvents`.
  rules: list({ id: text, clauses, ...SERVE, trackEvents: requiredFlag }),
  prerequisites: list({ key: requiredText, variation: requiredIndex }),
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
    clauses,
    weight: integer,
    bucketBy: text,
    rolloutContextKind: text,
  }),
  unbounded: flagOf,
  unboundedContextKind: text,
  generation: integer,
  deleted: requiredFlag,
};

function shaped(given: JsonRecord, shapes: Shapes): PayloadItem {
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
 * A flag as LaunchDarkly's SDKs get it: integers are integers, required fields are there, only nullable fields are null,
 * and fields of this service alone are left out. `undefined` for a flag with a `bucketing`, which no SDK could evaluate.
 *
 * @example
 * const flag = { key: 'chat', version: 1, on: true, variations: [true], fallthrough: { variation: 0 } };
 * flagPayload(flag)?.rules; // → []
 * flagPayload({ ...flag, bucketing: 'slowroll' }); // → undefined
 */
export function flagPayload(flag: Flag): PayloadItem | undefined {
  const given: JsonRecord = { ...flag };
  return present(given.bucketing) === undefined ? shaped(given, FLAG) : undefined;
}

/** The Go SDK skips the context lists when the context is a user, so keys of users go into the plain lists. */
function withUsers(keys: unknown, targets: unknown): readonly unknown[] {
  return [
    ...itemsOf(keys),
    ...records(targets)
      .filter(isOfUsers)
      .flatMap(({ values }) => itemsOf(values)),
  ];
}

/**
 * A segment as LaunchDarkly's SDKs get it, by the same rules.
 *
 * @example
 * segmentPayload({ key: 'beta', version: 1, included: ['anna'] }).excluded; // → []
 */
export function segmentPayload(segment: Segment): PayloadItem {
  const given: JsonRecord = { ...segment };
  const { included, excluded, includedContexts, excludedContexts } = given;
  return shaped(
    {
      ...given,
      included: withUsers(included, includedContexts),
      excluded: withUsers(excluded, excludedContexts),
      includedContexts: records(includedContexts).filter((target) => !isOfUsers(target)),
      excludedContexts: records(excludedContexts).filter((target) => !isOfUsers(target)),
    },
    SEGMENT,
  );
}
