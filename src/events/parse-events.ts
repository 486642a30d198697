import { setImmediate as turn } from 'node:timers/promises';
import type { JsonValue } from '../evaluation/model.ts';
import type { AnalyticsEvent, FlagCounter, MigrationMeasurement, ReportedReason } from './analytics-event.ts';
import { isBotAgent, isBotContext } from './bots.ts';
import { contextKeysOf, isFields } from './context-keys.ts';
import { ENTRY, type Entry, type MeasurementEntry } from './event-schemas.ts';

export type SkipReason =
  | 'not-an-object'
  | 'too-large'
  | 'unknown-kind'
  | 'too-deep'
  | 'too-many-counters'
  | 'malformed'
  | 'no-context';

export interface ParsedEvents {
  readonly events: readonly AnalyticsEvent[];
  /** How many entries were left out, by why. */
  readonly skipped: ReadonlyMap<SkipReason, number>;
}

/** Stands for an entry that was too large to be parsed. */
export const TOO_LARGE = Symbol('too-large');
/** Entries, and counters of summaries, that are read before others get their turn. */
const READ_PER_TURN = 200;
/** In one summary: two of each flag where there are 10,000. */
const MAX_COUNTERS = 20_000;
/** Deeper values overflow the stack when they are written as JSON again. */
const MAX_DEPTH = 32;

const KINDS: ReadonlySet<unknown> = new Set<Entry['kind']>([
  'feature',
  'debug',
  'custom',
  'click',
  'pageview',
  'index',
  'identify',
  'migration_op',
  'summary',
]);

/** What is known of a body beside the body. */
export interface Received {
  /** Epoch milliseconds. */
  readonly at: number;
  /** Of the listener's own browser; absent where a server or an app sends for its users. */
  readonly userAgent?: string | undefined;
}

/**
 * Reads a posted body, an array or a single entry. A malformed entry costs itself and no other.
 * A long body is read in turns, so that others are served in between.
 */
export async function parseEvents(body: unknown, received: Received): Promise<ParsedEvents> {
  const events: AnalyticsEvent[] = [];
  const skipped = new Map<SkipReason, number>();
  const entries: readonly unknown[] = Array.isArray(body) ? body : [body];
  let read = 0;
  for (const entry of entries) {
    if (read >= READ_PER_TURN) {
      read = 0;
      await turn();
    }
    read += 1 + countersIn(entry);
    const parsed = parseEntry(entry, received);
    if (typeof parsed === 'string') skipped.set(parsed, (skipped.get(parsed) ?? 0) + 1);
    else events.push(parsed);
  }
  return { events, skipped };
}

function parseEntry(raw: unknown, received: Received): AnalyticsEvent | SkipReason {
  if (raw === TOO_LARGE) return 'too-large';
  if (!isFields(raw)) return 'not-an-object';
  if (!KINDS.has(raw['kind'])) return 'unknown-kind';
  if (countersIn(raw) > MAX_COUNTERS) return 'too-many-counters';
  if (isDeeperThan(raw, MAX_DEPTH)) return 'too-deep';
  const result = ENTRY.safeParse(raw);
  return result.success ? toEvent(result.data, received) : 'malformed';
}

/** Counted before the entry is checked, since checking takes long where there are many. */
function countersIn(raw: unknown): number {
  if (!isFields(raw) || !isFields(raw['features'])) return 0;
  let count = 0;
  for (const feature of Object.values(raw['features'])) {
    count += isFields(feature) && Array.isArray(feature['counters']) ? feature['counters'].length : 1;
  }
  return count;
}

function toEvent(entry: Entry, { at: receivedAt, userAgent }: Received): AnalyticsEvent | SkipReason {
  if (entry.kind === 'summary') {
    return {
      kind: 'summary',
      startAt: Math.min(entry.startDate, receivedAt),
      at: Math.min(entry.endDate, receivedAt),
      counters: Object.entries(entry.features).flatMap(([flagKey, { counters }]) =>
        counters.map((counter) => toCounter(flagKey, counter)),
      ),
    };
  }
  const contextKeys = contextKeysOf(entry);
  if (contextKeys === undefined) return 'no-context';
  // A sender's clock may run ahead; nothing happens after it was received.
  const isBot = isBotAgent(userAgent) || isBotContext(entry.context ?? entry.user ?? {});
  const base = {
    at: Math.min(entry.creationDate, receivedAt),
    contextKeys,
    ...(isBot ? { isBot: true as const } : {}),
  };
  switch (entry.kind) {
    case 'feature':
    case 'debug':
      return {
        ...base,
        kind: entry.kind,
        ...evaluated(entry),
        ...(typeof entry.prereqOf === 'string' ? { prereqOf: entry.prereqOf } : {}),
        samplingRatio: entry.samplingRatio ?? 1,
      };
    case 'custom':
    case 'click':
    case 'pageview':
      return {
        ...base,
        kind: entry.kind,
        eventKey: entry.key,
        ...(typeof entry.metricValue === 'number' ? { metricValue: entry.metricValue } : {}),
        ...(entry.data === undefined ? {} : { data: entry.data }),
        ...(typeof entry.url === 'string' ? { url: entry.url } : {}),
        samplingRatio: entry.samplingRatio ?? 1,
      };
    case 'index':
    case 'identify':
      return {
        ...base,
        kind: entry.kind,
        context: entry.context ?? entry.user ?? {},
      };
    case 'migration_op':
      return {
        ...base,
        kind: 'migration_op',
        operation: entry.operation,
        ...evaluated(entry.evaluation),
        measurements: entry.measurements.flatMap(toMeasurements),
        samplingRatio: entry.samplingRatio ?? 1,
      };
    default:
      return entry satisfies never;
  }
}

interface Evaluated {
  readonly flagKey: string;
  readonly flagVersion?: number;
  readonly variation?: number;
  readonly value: JsonValue;
  readonly reason?: ReportedReason;
}

function evaluated(entry: Extract<Entry, { kind: 'migration_op' }>['evaluation']): Evaluated {
  return {
    flagKey: entry.key,
    ...numbered(entry),
    value: entry.value ?? null,
    ...(entry.reason == null ? {} : { reason: entry.reason }),
  };
}

function numbered(entry: {
  readonly version?: number | null | undefined;
  readonly variation?: number | null | undefined;
}): {
  readonly flagVersion?: number;
  readonly variation?: number;
} {
  return {
    ...(typeof entry.version === 'number' ? { flagVersion: entry.version } : {}),
    ...(typeof entry.variation === 'number' ? { variation: entry.variation } : {}),
  };
}

type CounterEntry = Extract<Entry, { kind: 'summary' }>['features'][string]['counters'][number];

function toCounter(flagKey: string, counter: CounterEntry): FlagCounter {
  return { flagKey, ...numbered(counter), value: counter.value ?? null, count: counter.count };
}

function toMeasurements(entry: MeasurementEntry): readonly MigrationMeasurement[] {
  if (entry.key === 'consistent') return [{ name: 'consistent', value: entry.value ? 1 : 0 }];
  const { values } = entry;
  return (['old', 'new'] as const).flatMap((origin) => {
    const value = values[origin];
    return value === undefined ? [] : [{ name: entry.key, origin, value: Number(value) }];
  });
}

function isDeeperThan(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (levels === 0) return true;
  return Object.values(value).some((inner) => isDeeperThan(inner, levels - 1));
}
