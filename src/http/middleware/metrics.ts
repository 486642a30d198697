import type { Request } from 'express';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { EventCounts } from '../../events/event-sink.ts';

export interface MetricsOptions {
  /** Read at each scrape. */
  readonly feedLagMs?: () => number;
  /** Open streams by router, read at each scrape. */
  readonly streams?: () => Readonly<Record<string, number>>;
  /** Whether a flag has this variation: others, which events can make up, share one series. Default: every flag has. */
  readonly hasVariation?: (flagKey: string, variation: number) => boolean;
  /** How many events were accepted or left out since the process started; read at each scrape. */
  readonly events?: () => EventCounts;
  /** Node's own (memory, event loop, garbage collection). Default true; a process can have them once. */
  readonly ofProcess?: boolean;
}

export interface Metrics {
  readonly registry: Registry;
  /** `variation`: its index, null when the caller's default was served. */
  countEvaluation(flagKey: string, variation: number | null, count?: number): void;
  /** The database version threw and the top 10 stood in for it. */
  countPlaylistFailure(): void;
  /** Adds a request's duration to the histogram of its method, route and status. */
  observeRequest(req: Request, status: number, durationMs: number): void;
}

/** Flags beyond this share one label: series are memory here and money in Prometheus. */
const MAX_FLAGS = 1_000;
const OTHER = '(other)';
const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'REPORT']);
const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5];

export function createMetrics({
  feedLagMs,
  streams,
  events,
  hasVariation = () => true,
  ofProcess = true,
}: MetricsOptions): Metrics {
  const registry = new Registry();
  const registers = [registry];
  if (ofProcess) collectDefaultMetrics({ register: registry });

  const evaluations = new Counter({
    name: 'djtoggle_evaluations_total',
    help: 'Evaluations in default/production by flag and variation index (default: the caller’s default).',
    labelNames: ['flag', 'variation'],
    registers,
  });
  const playlistFailures = new Counter({
    name: 'djtoggle_playlist_failures_total',
    help: 'Pages for which the database version failed and the top 10 was served.',
    registers,
  });
  const durations = new Histogram({
    name: 'djtoggle_request_duration_seconds',
    help: 'Time to the end of the response, by method, route and status; without streams.',
    labelNames: ['method', 'route', 'status'],
    buckets: SECONDS,
    registers,
  });
  void new Gauge({
    name: 'djtoggle_feed_lag_seconds',
    help: 'Time since the change feed was last known to be level with the database.',
    registers,
    collect() {
      this.set((feedLagMs?.() ?? 0) / 1000);
    },
  });
  void new Gauge({
    name: 'djtoggle_streams',
    help: 'Open streams by kind of client.',
    labelNames: ['client'],
    registers,
    collect() {
      this.reset();
      for (const [client, open] of Object.entries(streams?.() ?? {})) this.set({ client }, open);
    },
  });

  if (events !== undefined) registerEvents(registry, events);

  // Looking up a series by its labels costs more than an evaluation, so the series are kept.
  const durationOf = new Map<string, { observe(seconds: number): void }>();
  const counters = new Map<string, Map<number | null, { inc(count?: number): void }>>();
  const counterOf = (flagKey: string, variation: number | null): { inc(count?: number): void } => {
    const flag = counters.has(flagKey) || counters.size < MAX_FLAGS ? flagKey : OTHER;
    let ofFlag = counters.get(flag);
    if (ofFlag === undefined) counters.set(flag, (ofFlag = new Map()));
    let counter = ofFlag.get(variation);
    if (counter === undefined) {
      counter = evaluations.labels({ flag, variation: variation === null ? 'default' : String(variation) });
      ofFlag.set(variation, counter);
    }
    return counter;
  };

  return {
    registry,
    countEvaluation: (flagKey, variation, count = 1) => {
      const exists = hasVariation(flagKey, variation ?? 0);
      counterOf(exists ? flagKey : OTHER, exists ? variation : null).inc(count);
    },
    countPlaylistFailure: () => playlistFailures.inc(),
    observeRequest: (req, status, durationMs) => {
      const method = METHODS.has(req.method) ? req.method : OTHER;
      const route = routeOf(req);
      const name = `${method} ${status} ${route}`;
      let duration = durationOf.get(name);
      if (duration === undefined) {
        duration = durations.labels(method, route, String(status));
        durationOf.set(name, duration);
      }
      duration.observe(durationMs / 1000);
    },
  };
}

/** The event sink counts; each scrape reads its counts. */
function registerEvents(registry: Registry, counts: () => EventCounts): void {
  const registers = [registry];
  void new Counter({
    name: 'djtoggle_events_total',
    help: 'Events by outcome: accepted, or why they were left out.',
    labelNames: ['outcome'],
    registers,
    collect() {
      const { accepted, skipped } = counts();
      this.reset();
      this.inc({ outcome: 'accepted' }, accepted);
      for (const [outcome, count] of Object.entries(skipped)) this.inc({ outcome }, count);
    },
  });
  void new Counter({
    name: 'djtoggle_event_payloads_left_out_total',
    help: 'Whole bodies of events that were left out: duplicate (sent twice), refused (no room, or no database).',
    labelNames: ['outcome'],
    registers,
    collect() {
      const { duplicatePayloads, refusedPayloads } = counts();
      this.reset();
      this.inc({ outcome: 'duplicate' }, duplicatePayloads);
      this.inc({ outcome: 'refused' }, refusedPayloads);
    },
  });
  void new Gauge({
    name: 'djtoggle_events_queued',
    help: 'Events that wait for the database.',
    registers,
    collect() {
      this.set(counts().queued);
    },
  });
}

/** The route's pattern, never the path: a client can make up any number of paths. */
function routeOf({ baseUrl, route }: { baseUrl: string; route?: { path?: unknown } }): string {
  return typeof route?.path === 'string' ? `${baseUrl}${route.path}` : '(none)';
}
