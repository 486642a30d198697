import { afterEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { ExperimentDesign } from '../../src/experiment/experiment.ts';
import type { DatabaseTarget } from '../../src/store/sql/database.ts';
import { DEFAULT_ENVIRONMENT } from '../../src/store/store.ts';
import { type ExperimentApp, openExperiments } from '../support/experiment-app.ts';
import { useMigratedPostgres } from '../support/migrated-postgres.ts';
import { postgresBinaries } from '../support/postgres-binaries.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { TESTER } from '../support/tester.ts';

const NOW = 1_800_000_000_000;

const DESIGN: ExperimentDesign = {
  name: 'Checkout',
  flag_name: 'checkout',
  rule: 'default',
  control: { variation: 1, name: 'Old' },
  treatments: [{ variation: 0, name: 'New' }],
  primary_metric: 'play',
  other_metrics: [],
  alpha: 0.05,
  planned_units: 10_000,
  history_days: 7,
};

let open: ExperimentApp[] = [];
afterEach(async () => {
  await Promise.all(open.map((app) => app.close()));
  open = [];
});

async function instances(target: DatabaseTarget): Promise<readonly [ExperimentApp, ExperimentApp]> {
  const one = await openExperiments(() => NOW, target);
  const other = await openExperiments(() => NOW, target);
  open.push(one, other);
  await one.split(50);
  return [one, other];
}

/** As the database has it: which of the two instances turned it off does not matter. */
const isTracked = async ({ database }: ExperimentApp) => {
  const { record } = await database.read((db) =>
    db.selectFrom('items').select('record').where('key', '=', 'checkout').executeTakeFirstOrThrow(),
  );
  return recordSchema.parse(JSON.parse(record ?? 'null')).definition.trackEventsFallthrough;
};
const recordSchema = z.object({ definition: z.object({ trackEventsFallthrough: z.boolean() }) });

/** Of every way in which two instances start at once, on one database. */
function startsAtOnce(target: () => Promise<DatabaseTarget>): void {
  test('one draft, started by two instances at once, starts once', async () => {
    const [one, other] = await instances(await target());
    for (let turn = 0; turn < 5; turn += 1) {
      const { id } = await one.experiments.create(TESTER, DEFAULT_ENVIRONMENT, DESIGN);
      const outcomes = await Promise.all(
        [one, other].map(async ({ experiments }) => (await experiments.start(TESTER, id)).outcome),
      );
      expect(outcomes.toSorted()).toEqual(['not-a-draft', 'started']);
      expect((await one.experiments.read(id))?.phases).toHaveLength(1);
      await one.experiments.stop(TESTER, id);
      expect(await isTracked(one)).toBe(false);
    }
  });

  test('of two drafts on one rule, started at once, one runs, and tracking is off in the end', async () => {
    const [one, other] = await instances(await target());
    for (let turn = 0; turn < 5; turn += 1) {
      const ids = await Promise.all(
        [one, other].map(
          async ({ experiments }) => (await experiments.create(TESTER, DEFAULT_ENVIRONMENT, DESIGN)).id,
        ),
      );
      const outcomes = await Promise.all(
        [one, other].map(
          async ({ experiments }, place) => (await experiments.start(TESTER, ids[place] ?? '')).outcome,
        ),
      );
      expect(outcomes.toSorted()).toEqual(['started', 'taken']);
      await one.experiments.stop(TESTER, ids[outcomes.indexOf('started')] ?? '');
      expect(await isTracked(one)).toBe(false);
    }
  });
}

describe('on SQLite', () => {
  startsAtOnce(async () => ({ kind: 'sqlite', file: `${temporaryFolder()}/dj-toggle.db` }));
});

describe.skipIf(postgresBinaries() === undefined)('on PostgreSQL', () => {
  const freshDatabase = useMigratedPostgres();
  startsAtOnce(async () => ({ kind: 'postgres', url: await freshDatabase() }));
});

describe('a start', () => {
  const app = async () => {
    const opened = await openExperiments(() => NOW);
    open.push(opened);
    return opened;
  };

  test('that was interrupted leaves it known that tracking is to be turned off', async () => {
    const { store, database, experiments, split } = await app();
    await split(50);
    const first = await experiments.create(TESTER, DEFAULT_ENVIRONMENT, DESIGN);
    await experiments.start(TESTER, first.id);
    // Stopped, and the process ended before tracking was off: the next experiment on the rule takes that over.
    await database.write((db) =>
      db
        .updateTable('experiments')
        .set({ status: 'stopped', stopped_at: NOW })
        .where('id', '=', first.id)
        .execute(),
    );
    const second = await experiments.create(TESTER, DEFAULT_ENVIRONMENT, DESIGN);
    expect((await experiments.start(TESTER, second.id)).outcome).toBe('started');
    await experiments.stop(TESTER, second.id);
    expect(
      store.snapshot(DEFAULT_ENVIRONMENT)?.flags.get('checkout')?.definition.trackEventsFallthrough,
    ).toBe(false);
  });

  test.each([
    ['a rule that is not there', { rule: 'nowhere' }, '/rule'],
    ['a variation that the rule does not serve', {}, '/rule'],
    ['a metric that is not there', { primary_metric: 'claps' }, '/primary_metric'],
  ])('with %s is refused, and can be tried again', async (_, change, pointer) => {
    const { experiments, split } = await app();
    await split(pointer === '/rule' && !('rule' in change) ? 100 : 50);
    const { id } = await experiments.create(TESTER, DEFAULT_ENVIRONMENT, { ...DESIGN, ...change });
    expect(await experiments.start(TESTER, id)).toMatchObject({ outcome: 'refused', refusal: { pointer } });
    expect((await experiments.get(id))?.status).toBe('draft');
  });
});
