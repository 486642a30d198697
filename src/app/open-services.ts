import { randomBytes, randomUUID } from 'node:crypto';
import { accessSync, constants, existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Logger } from 'pino';
import type { Disposables } from './disposables.ts';
import type { Config } from './config.ts';
import { createEventSink, type EventSink } from '../events/event-sink.ts';
import { createPace, type Pace } from '../demo/pace.ts';
import { createExperimentCounter } from '../experiment/counting/experiment-counter.ts';
import { createExperimentRunner } from '../experiment/experiment-runner.ts';
import { createExperiments, type Experiments } from '../experiment/experiments.ts';
import { createMetricDefinitions, type MetricDefinitions } from '../experiment/metrics/metric-definitions.ts';
import { createNotifier, type Notifier } from '../webhooks/notifier.ts';
import { openPlaylists, type Playlists } from './open-playlists.ts';
import { createScheduleRunner } from '../release/schedule-runner.ts';
import { countGuards } from '../release/guard/guard-counter.ts';
import type { ReleaseServices } from '../release/run/release-services.ts';
import { createSchedules, type Schedules } from '../release/schedules.ts';
import { openReleases } from './open-releases.ts';
import { readSeedFlags } from './read-seed-flags.ts';
import { startRetention } from './start-retention.ts';
import { asDataDirStartError, asDatabaseStartError } from './start-error.ts';
import type { BootstrapKeys } from '../access/bootstrap-keys.ts';
import { createKeys, type Keys } from '../access/keys.ts';
import { createSettings, type Settings } from '../access/settings.ts';
import { createDatabaseClock } from '../store/sql/database-clock.ts';
import { openDatabase, type Database } from '../store/sql/database.ts';
import { openSqlStore } from '../store/sql/sql-store.ts';
import type { Store } from '../store/store.ts';

/** What every router needs: the database, what is stored in it, and what follows its changes. */
export interface Services {
  readonly database: Database;
  /** Epoch milliseconds; of instances on one PostgreSQL all the same. */
  readonly now: () => number;
  readonly store: Store;
  readonly settings: Settings;
  readonly keys: Keys;
  readonly bootstrapKeys: BootstrapKeys;
  readonly events: EventSink;
  readonly experiments: Experiments;
  readonly metricDefinitions: MetricDefinitions;
  readonly schedules: Schedules;
  readonly releases: ReleaseServices;
  /** Of the releases; only a talk changes it. */
  readonly pace: Pace;
  readonly notifier: Notifier;
  readonly playlists: Playlists;
}

export async function openServices(config: Config, log: Logger, disposables: Disposables): Promise<Services> {
  const random = randomBytes;
  prepareDataDir(config.dataDir);
  const database = await openConfiguredDatabase(config, log);
  disposables.push(() => database.close());
  const clock = await createDatabaseClock({
    database,
    now: Date.now,
    onTrouble: (error) => log.warn({ err: error }, 'the database was not asked for its time'),
  });
  clock.start();
  disposables.push(() => clock.stop());
  const { now } = clock;
  const store = await openSqlStore({
    database,
    now,
    log,
    seedFlags: readSeedFlags(join(config.packageDir, 'data', 'flags.json')),
    ...(config.databaseUrl === undefined ? {} : { listenUrl: config.databaseUrl }),
  });
  disposables.push(() => store.close());
  const settings = await createSettings({ database, now, random, log });
  disposables.push(() => settings.close());
  const keys = await createKeys({ database, now, random, log });
  disposables.push(() => keys.close());
  const bootstrapKeys = await keys.ensureBootstrapKeys(config.bootstrapKeys);
  const metricDefinitions = createMetricDefinitions({ database, now });
  const experiments = createExperiments({
    database,
    store,
    definitions: metricDefinitions,
    now,
    newId: randomUUID,
  });
  const experimentRunner = createExperimentRunner({ database, store, now, newId: randomUUID, log });
  experimentRunner.start();
  disposables.push(() => experimentRunner.stop());
  const counters = [createExperimentCounter(now), countGuards];
  const events = createEventSink({ database, now, log, counters });
  disposables.push(() => events.close());
  startRetention(config, database, log, disposables);
  const schedules = createSchedules({ database, now, newId: randomUUID });
  const scheduleRunner = createScheduleRunner({ schedules, store, log });
  scheduleRunner.start();
  disposables.push(() => scheduleRunner.stop());
  const pace = createPace();
  const releases = openReleases(config, { database, now, store, events, log, pace }, disposables);
  const allowedTargets = config.webhookTargets;
  const notifier = createNotifier({ database, store, now, newId: randomUUID, random, log, allowedTargets });
  notifier.start();
  disposables.push(() => notifier.stop());
  const playlists = openPlaylists(config, log);
  disposables.push(() => playlists.close());
  return {
    database,
    now,
    store,
    settings,
    keys,
    bootstrapKeys,
    events,
    experiments,
    metricDefinitions,
    schedules,
    releases,
    pace,
    notifier,
    playlists,
  };
}

/** Checks at once that the folder can be written, so that the start can end with one line that names it. */
function prepareDataDir(dataDir: string): void {
  try {
    makeFolder(dataDir);
    accessSync(dataDir, constants.W_OK | constants.X_OK);
  } catch (error) {
    throw asDataDirStartError(error, dataDir);
  }
}

/** Like `mkdirSync` with `recursive`, which never returns where a folder takes no new ones, as in /proc. */
function makeFolder(folder: string): void {
  if (existsSync(folder) && statSync(folder).isDirectory()) return;
  const parent = dirname(folder);
  if (parent !== folder && !existsSync(parent)) makeFolder(parent);
  mkdirSync(folder);
}

async function openConfiguredDatabase(config: Config, log: Logger): Promise<Database> {
  const { databaseUrl, dataDir } = config;
  try {
    return await openDatabase(
      databaseUrl === undefined
        ? { kind: 'sqlite', file: join(dataDir, 'dj-toggle.db') }
        : { kind: 'postgres', url: databaseUrl },
      { log, connections: config.databaseConnections },
    );
  } catch (error) {
    throw asDatabaseStartError(error, config);
  }
}
