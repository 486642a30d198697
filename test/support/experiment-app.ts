import { randomUUID } from 'node:crypto';
import type { AnalyticsEvent } from '../../src/events/analytics-event.ts';
import { type Payload, writePayloads } from '../../src/events/event-writer.ts';
import { createExperimentCounter } from '../../src/experiment/counting/experiment-counter.ts';
import { recompute, type Recomputation } from '../../src/experiment/counting/recompute.ts';
import { createExperiments, type Experiments } from '../../src/experiment/experiments.ts';
import {
  createMetricDefinitions,
  type MetricDefinitions,
} from '../../src/experiment/metrics/metric-definitions.ts';
import { DEFAULT_RULE } from '../../src/experiment/rule-weights.ts';
import { type Database, type DatabaseTarget, openDatabase } from '../../src/store/sql/database.ts';
import { openSqlStore } from '../../src/store/sql/sql-store.ts';
import { DEFAULT_ENVIRONMENT, type Store } from '../../src/store/store.ts';
import { TESTER } from './tester.ts';

export interface ExperimentApp {
  readonly database: Database;
  readonly store: Store;
  readonly experiments: Experiments;
  readonly definitions: MetricDefinitions;
  /** Splits the flag `checkout`: this share, in percent, gets variation 0. Returns the flag's version. */
  readonly split: (percent: number) => Promise<number>;
  /** Designs and starts an experiment on the flag's default rule, control 1 and treatment 0. */
  readonly start: (primary: string, other?: readonly string[]) => Promise<string>;
  /** Writes one batch of payloads as the event queue does. */
  readonly write: (...payloads: readonly Omit<Payload, 'environment'>[]) => Promise<void>;
  readonly close: () => Promise<void>;
}

/** Experiments and the counter on a real database, with the clock of the test. */
export async function openExperiments(
  now: () => number,
  target: DatabaseTarget = { kind: 'sqlite', file: ':memory:' },
): Promise<ExperimentApp> {
  const database = await openDatabase(target);
  const store = await openSqlStore({ database, now });
  const definitions = createMetricDefinitions({ database, now });
  const experiments = createExperiments({ database, store, definitions, now, newId: randomUUID });
  const counters = [createExperimentCounter(now)];
  return {
    database,
    store,
    experiments,
    definitions,
    split: async (percent) => {
      const weight = percent * 1_000;
      const outcome = await store.update(
        TESTER,
        { environment: DEFAULT_ENVIRONMENT, kind: 'flag', key: 'checkout' },
        (current) => ({
          outcome: 'edited',
          draft: {
            definition: {
              key: 'checkout',
              version: 1,
              on: true,
              variations: [true, false],
              ...current?.definition,
              fallthrough: {
                rollout: {
                  variations: [
                    { variation: 0, weight },
                    { variation: 1, weight: 100_000 - weight },
                  ],
                },
              },
            },
          },
        }),
      );
      if (outcome.outcome !== 'changed') throw new Error(`the flag was ${outcome.outcome}`);
      return outcome.record.version;
    },
    start: async (primary, other = []) => {
      const { id } = await experiments.create(TESTER, DEFAULT_ENVIRONMENT, {
        name: 'Checkout',
        flag_name: 'checkout',
        rule: DEFAULT_RULE,
        control: { variation: 1, name: 'Old' },
        treatments: [{ variation: 0, name: 'New' }],
        primary_metric: primary,
        other_metrics: [...other],
        alpha: 0.05,
        planned_units: 10_000,
        history_days: 7,
      });
      const started = await experiments.start(TESTER, id);
      if (started.outcome !== 'started') throw new Error(`the experiment was ${JSON.stringify(started)}`);
      return id;
    },
    write: async (...payloads) => {
      const all = payloads.map((payload): Payload => ({ environment: DEFAULT_ENVIRONMENT, ...payload }));
      await writePayloads(database, all, now(), counters);
    },
    close: async () => {
      await store.close();
      await database.close();
    },
  };
}

/** @throws where there is nothing to recompute it from */
export async function recomputed(database: Database, id: string): Promise<Recomputation> {
  const found = await recompute(database, id);
  if (typeof found === 'string') throw new Error(`the experiment's units: ${found}`);
  return found;
}

/** A user was served a variation of `checkout` by its default rule. */
export const served = (
  user: string,
  variation: number,
  at: number,
  flagVersion: number,
  kind: 'FALLTHROUGH' | 'TARGET_MATCH' = 'FALLTHROUGH',
): AnalyticsEvent => ({
  kind: 'feature',
  at,
  contextKeys: [{ kind: 'user', key: user }],
  flagKey: 'checkout',
  flagVersion,
  variation,
  value: variation === 0,
  reason: { kind },
  samplingRatio: 1,
});

/** A user did something. */
export const did = (user: string, eventKey: string, at: number, metricValue?: number): AnalyticsEvent => ({
  kind: 'custom',
  at,
  contextKeys: [{ kind: 'user', key: user }],
  eventKey,
  ...(metricValue === undefined ? {} : { metricValue }),
  samplingRatio: 1,
});
