import type { Insertable } from 'kysely';
import type { EnvironmentRef } from '../store/store.ts';
import type {
  ExposuresTable,
  FlagCountersTable,
  MetricEventsTable,
} from '../store/sql/tables/experiment-tables.ts';
import type { AnalyticsEvent, FeatureEvent, MigrationEvent } from './analytics-event.ts';

export interface EventRows {
  readonly exposures: readonly Insertable<ExposuresTable>[];
  readonly metrics: readonly Insertable<MetricEventsTable>[];
  readonly counters: readonly Insertable<FlagCountersTable>[];
}

const MINUTE_MS = 60_000;
const NONE = -1;

/** Gathers what events leave in the tables: what has one key becomes one row, in the order of the keys. */
export class EventRowsBuilder {
  readonly #exposures = new Map<string, Insertable<ExposuresTable>>();
  readonly #metrics: Insertable<MetricEventsTable>[] = [];
  readonly #counters = new Map<string, Insertable<FlagCountersTable>>();

  add(environment: EnvironmentRef, event: AnalyticsEvent): void {
    switch (event.kind) {
      case 'feature':
        this.#addExposure(environment, event);
        return;
      case 'migration_op':
        this.#addExposure(environment, event);
        for (const { name, origin, value } of event.measurements) {
          const suffix = origin === undefined ? name : `${name}:${origin}`;
          this.#addMetric(environment, `${event.flagKey}:${suffix}`, event, value);
        }
        return;
      case 'custom':
      case 'click':
      case 'pageview':
        this.#addMetric(environment, event.eventKey, event, event.metricValue ?? null);
        return;
      case 'summary':
        for (const counter of event.counters) {
          if (counter.count > 0) this.#addCounter(environment, counter, event.at);
        }
        return;
      // A debug event repeats what others count; who was seen is for the live feed only.
      case 'debug':
      case 'index':
      case 'identify':
        return;
      default:
        event satisfies never;
    }
  }

  /** Sorted, so that two instances that write the same rows at once never wait for each other in a circle. */
  rows(): EventRows {
    return { exposures: sorted(this.#exposures), metrics: this.#metrics, counters: sorted(this.#counters) };
  }

  #addExposure({ project, environment }: EnvironmentRef, event: FeatureEvent | MigrationEvent): void {
    const { flagKey, flagVersion, variation, at } = event;
    if (flagVersion === undefined || variation === undefined) return;
    for (const { kind, key } of event.contextKeys) {
      const id = JSON.stringify([project, environment, flagKey, kind, key, flagVersion, variation]);
      const known = this.#exposures.get(id);
      const inExperiment = event.reason?.inExperiment === true ? 1 : 0;
      if (known === undefined) {
        this.#exposures.set(id, {
          project,
          environment,
          flag_key: flagKey,
          flag_version: flagVersion,
          context_kind: kind,
          context_key: key,
          variation,
          in_experiment: inExperiment,
          first_at: at,
          last_at: at,
          times: 1,
        });
      } else {
        if (inExperiment === 1) known.in_experiment = 1;
        known.first_at = Math.min(known.first_at, at);
        known.last_at = Math.max(known.last_at, at);
        known.times += 1;
      }
    }
  }

  #addMetric(
    { project, environment }: EnvironmentRef,
    eventKey: string,
    { contextKeys, at }: Pick<FeatureEvent, 'contextKeys' | 'at'>,
    value: number | null,
  ): void {
    for (const { kind, key } of contextKeys) {
      this.#metrics.push({
        project,
        environment,
        event_key: eventKey,
        context_kind: kind,
        context_key: key,
        value,
        at,
      });
    }
  }

  #addCounter(
    { project, environment }: EnvironmentRef,
    {
      flagKey,
      flagVersion = NONE,
      variation = NONE,
      count,
    }: {
      readonly flagKey: string;
      readonly flagVersion?: number;
      readonly variation?: number;
      readonly count: number;
    },
    at: number,
  ): void {
    const minuteAt = Math.floor(at / MINUTE_MS) * MINUTE_MS;
    const id = JSON.stringify([project, environment, flagKey, minuteAt, flagVersion, variation]);
    this.#counters.set(id, {
      project,
      environment,
      flag_key: flagKey,
      flag_version: flagVersion,
      variation,
      minute_at: minuteAt,
      times: (this.#counters.get(id)?.times ?? 0) + count,
    });
  }
}

const sorted = <Row>(rows: ReadonlyMap<string, Row>): Row[] =>
  [...rows].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
