import type { RequestHandler } from 'express';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { EventCounts } from '../../events/event-sink.ts';

export interface MetricsOptions {
  /** Milliseconds with fractions, for how long requests take; only differences are used. */
  readonly now: () => number;
  /** Read at each scrape. */
  readonly feedLagMs?: () => number;
  /** Open streams by door, read at each scrape. */
  readonly streams?: () => Readonly<Record<string, number>>;
  /** What became of the events that SDKs and the site sent, since the process started; read at each scrape. */
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
  /** Times every request by method, route and status; stands before the routes. */
  readonly timeRequests: RequestHandler;
}

/** Flags beyond this share one label: series are memory here and money in Prometheus. */
const MAX_FLAGS = 1_000;
const OTHER = '(other)';
const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'REPORT']);
const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5];

export function createMetrics({
  now,
  feedLagMs,
  streams,
  events,
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
    help: 'Time to the end of the answer, by method, route and status; without streams.',
    labelNames: ['method', 'route', 'status'],
    buckets: SECONDS,
    registers,
  });
  // Each is read at the scrape; made without a name of its own, since the registry keeps it.
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
    help: 'Open streams by door.',
    labelNames: ['door'],
    registers,
    collect() {
      this.reset();
      for (const [door, open] of Object.entries(streams?.() ?? {})) this.set({ door }, open);
    },
  });

  if (events !== undefined) registerEvents(registry, events);

  // Looking a child up by its labels costs more than an evaluation, so children are kept.
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
    countEvaluation: (flagKey, variation, count = 1) => counterOf(flagKey, variation).inc(count),
    countPlaylistFailure: () => playlistFailures.inc(),
    timeRequests: (req, res, next) => {
      if (req.headers.accept?.includes('text/event-stream') === true) {
        next();
        return;
      }
      const startedAt = now();
      res.once('finish', () => {
        durations.observe(
          {
            method: METHODS.has(req.method) ? req.method : OTHER,
            route: routeOf(req),
            status: String(res.statusCode),
          },
          (now() - startedAt) / 1000,
        );
      });
      next();
    },
  };
}

/** The sink counts; at each scrape its counts are what the registry says. */
function registerEvents(registry: Registry, counts: () => EventCounts): void {
  const registers = [registry];
  void new Counter({
    name: 'djtoggle_events_total',
    help: 'Events by what became of them: accepted, or why each was left out.',
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

/** The route's pattern, never the path: anybody can make up paths. */
function routeOf({ baseUrl, route }: { baseUrl: string; route?: { path?: unknown } }): string {
  return typeof route?.path === 'string' ? `${baseUrl}${route.path}` : '(none)';
}
