import { onTestFinished } from 'vitest';
import { createEventSink, type EventSink } from '../../../src/events/event-sink.ts';
import type { AnalyticsEvent } from '../../../src/events/analytics-event.ts';
import { launchDarklyBucket } from '../../../src/evaluation/bucketing/launchdarkly.ts';
import { countGuards } from '../../../src/release/guard/guard-counter.ts';
import { guardMetrics } from '../../../src/release/guard/guard-metric.ts';
import type { Metric } from '../../../src/experiment/metrics/metric.ts';
import type { Command } from '../../../src/release/machine/observation.ts';
import type { PlanDocument } from '../../../src/release/plan/plan-document.ts';
import { guardMetricsOf } from '../../../src/release/plan/stored-plan.ts';
import { createLease } from '../../../src/release/run/lease.ts';
import { createReleaseEngine } from '../../../src/release/run/release-engine.ts';
import { createReleaseRunner } from '../../../src/release/run/release-runner.ts';
import { createReleases } from '../../../src/release/run/releases.ts';
import { SILENT_LOGGER } from '../../../src/shared/logger.ts';
import { type DatabaseTarget, openDatabase } from '../../../src/store/sql/database.ts';
import { openSqlStore } from '../../../src/store/sql/sql-store.ts';
import { type Author, DEFAULT_ENVIRONMENT } from '../../../src/store/store.ts';

export const PRESENTER: Author = { id: 'presenter', via: 'test' };
export const NOON = Date.parse('2030-05-01T12:00:00Z');
export const FLAG = 'new-playlist';

/** A clock that tests move, and ids that do not repeat; shared by all instances of a test. */
export function testClock() {
  const clock = { now: NOON, monotonic: 0, pace: 1 };
  let ids = 0;
  return {
    clock,
    now: () => clock.now,
    newId: () => `id-${String((ids += 1)).padStart(6, '0')}`,
    /** Time passes, and everybody looks at both clocks alike. */
    pass: (ms: number) => {
      clock.now += ms;
      clock.monotonic += ms;
    },
  };
}

/** One instance of the program, as far as releases go. */
export async function releaseInstance(
  target: DatabaseTarget,
  time: ReturnType<typeof testClock>,
  leaseMs = 60_000,
) {
  const { now, newId, clock } = time;
  const database = await openDatabase(target);
  const store = await openSqlStore({ database, now, pollIntervalMs: 20 });
  const releases = createReleases({ database, now, newId });
  const engine = createReleaseEngine({ database, store, now, newId });
  const lease = createLease({ database, clock: () => clock.monotonic, leaseMs });
  const errors: object[] = [];
  const log = { ...SILENT_LOGGER, error: (fields: object) => void errors.push(fields) };
  const runner = createReleaseRunner({
    releases,
    engine,
    lease,
    clock: () => clock.monotonic,
    pace: () => clock.pace,
    log,
  });
  const sink = createEventSink({ database, now, log, gatherMs: 1, counters: [countGuards] });
  const close = async () => {
    await runner.stop();
    await sink.close();
    await store.close();
    await database.close();
  };
  return { database, store, releases, engine, lease, runner, sink, errors, close };
}

export const planOf = (plan: Partial<PlanDocument> = {}): PlanDocument => ({
  flag: FLAG,
  from: 1,
  to: 0,
  stages: [
    { share: 10, hold: '1m' },
    { share: 50, hold: '1m' },
    { share: 100, hold: '1m' },
  ],
  ...plan,
});

interface Visit {
  /** The instance that hears of it. Default: the first. */
  readonly into?: EventSink;
  /** When it was, in epoch milliseconds. Default: now. */
  readonly at?: number;
  readonly durationMs?: (name: string) => number;
}

/** From 100 to 109 ms, by the last digit. */
const pageMs = (name: string): number => 100 + (Number(name.at(-1)) || 0);

/** One instance with a flag of two variations, everything that a test of a release needs. */
export async function releaseBench(
  target: DatabaseTarget = { kind: 'sqlite', file: ':memory:' },
  leaseMs?: number,
) {
  const time = testClock();
  const instance = await releaseInstance(target, time, leaseMs);
  onTestFinished(instance.close);
  const { store, releases, engine, runner, sink } = instance;
  await store.change(PRESENTER, {
    type: 'put-flag',
    environment: DEFAULT_ENVIRONMENT,
    key: FLAG,
    definition: {
      key: FLAG,
      version: 1,
      on: true,
      variations: [true, false],
      offVariation: 1,
      fallthrough: { variation: 1 },
      salt: 'pepper',
    },
  });
  const flag = () => store.snapshot(DEFAULT_ENVIRONMENT)?.flags.get(FLAG);
  /** What the rule gives to the new variation, in percent. */
  const share = () => {
    const { fallthrough } = flag()!.definition;
    if (fallthrough.rollout === undefined) return fallthrough.variation === 0 ? 100 : 0;
    return (fallthrough.rollout.variations.find(({ variation }) => variation === 0)?.weight ?? 0) / 1_000;
  };
  const create = async (plan: Partial<PlanDocument> = {}, declared: readonly Metric[] = []) => {
    const document = planOf(plan);
    const metrics = guardMetricsOf(document, guardMetrics(declared));
    const release = await releases.create(PRESENTER, DEFAULT_ENVIRONMENT, document, 'user', metrics);
    if (release === 'taken') throw new Error('another release is under way');
    return release.id;
  };
  const state = async (id: string) => (await engine.read(id))!.release.state;
  const command = (id: string, kind: Command['kind']) => engine.command(id, { kind, by: 'Ana' });
  /** Watched time passes, a second at a time, as a runner would. */
  const watch = async (ms: number) => {
    for (let left = ms; left > 0; left -= 1_000) {
      time.pass(Math.min(1_000, left));
      await runner.tick();
    }
  };
  /** Listeners look at a page; `fails` says who sees an error. Buckets are LaunchDarkly's. */
  const visit = async (
    names: readonly string[],
    fails: (isTreated: boolean, name: string) => boolean = () => false,
    { into = sink, at = time.now(), durationMs = pageMs }: Visit = {},
  ) => {
    const events = names.flatMap((name): AnalyticsEvent[] => {
      const contextKeys = [{ kind: 'user', key: name }];
      const isTreated = launchDarklyBucket(FLAG, 'pepper', name) < share() / 100;
      const served: AnalyticsEvent = {
        kind: 'feature',
        at,
        contextKeys,
        flagKey: FLAG,
        flagVersion: flag()!.version,
        variation: isTreated ? 0 : 1,
        value: isTreated,
        reason: { kind: 'FALLTHROUGH' },
        samplingRatio: 1,
      };
      const common = { kind: 'custom', at, contextKeys, samplingRatio: 1 } as const;
      const duration = { ...common, eventKey: 'page-duration', metricValue: durationMs(name) };
      const failure = { ...common, eventKey: 'playlist-error' };
      return fails(isTreated, name) ? [served, duration, failure] : [served, duration];
    });
    await into.record(DEFAULT_ENVIRONMENT, events);
  };
  return { ...instance, ...time, flag, share, create, state, command, watch, visit };
}

export const listeners = (count: number, from = 0): readonly string[] =>
  Array.from({ length: count }, (_, index) => `listener-${from + index}`);
