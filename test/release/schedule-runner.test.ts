import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { createScheduleRunner } from '../../src/release/schedule-runner.ts';
import { CLAIM_MS, createSchedules } from '../../src/release/schedules.ts';
import type { Instruction } from '../../src/release/schedule.ts';
import { type Database, type DatabaseTarget, openDatabase } from '../../src/store/sql/database.ts';
import { openSqlStore } from '../../src/store/sql/sql-store.ts';
import { type Author, DEFAULT_ENVIRONMENT, type Store } from '../../src/store/store.ts';
import { useMigratedPostgres } from '../support/migrated-postgres.ts';
import { postgresBinaries } from '../support/postgres-binaries.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const PRESENTER: Author = { id: 'presenter', via: 'test' };
const NOON = Date.parse('2030-05-01T12:00:00Z');
const log = {
  info: () => {},
  error: (fields: object, message: string) => expect.unreachable(`${message} ${JSON.stringify(fields)}`),
};

const postgres = useMigratedPostgres();
/** A clock that tests move, and instances that share a database, as processes would. */
async function service(target: DatabaseTarget) {
  const clock = { now: NOON };
  const now = () => clock.now;
  let ids = 0;
  const newId = () => `id-${String((ids += 1)).padStart(6, '0')}`;
  const instance = async (wrap: (store: Store) => Store = (store) => store) => {
    const database: Database = await openDatabase(target);
    const store = await openSqlStore({ database, now, pollIntervalMs: 20 });
    const schedules = createSchedules({ database, now, newId });
    const runner = createScheduleRunner({ schedules, store: wrap(store), log });
    onTestFinished(async () => {
      await runner.stop();
      await store.close();
      await database.close();
    });
    return { store, schedules, runner };
  };
  const first = await instance();
  await first.store.change(PRESENTER, {
    type: 'put-flag',
    environment: DEFAULT_ENVIRONMENT,
    key: 'new-ui',
    definition: {
      key: 'new-ui',
      version: 1,
      on: false,
      variations: [true, false],
      offVariation: 1,
      fallthrough: { variation: 0 },
    },
  });
  const schedule = (instruction: Instruction, dueAt: number) =>
    first.schedules.create(PRESENTER, {
      environment: DEFAULT_ENVIRONMENT,
      flag: 'new-ui',
      instruction,
      dueAt,
      comment: 'for the talk',
    });
  const flag = () => first.store.snapshot(DEFAULT_ENVIRONMENT)?.flags.get('new-ui');
  const history = async () => (await first.store.audit()).map((entry) => entry.author.id);
  return { clock, first, instance, schedule, flag, history };
}

function scheduledChanges(target: () => Promise<DatabaseTarget>): void {
  test('come at their time and not before, and say so in the audit log', async () => {
    const { clock, first, schedule, flag } = await service(await target());
    const { id } = await schedule({ kind: 'on' }, NOON + 60_000);
    clock.now = NOON + 59_999;
    expect(await first.runner.tick()).toBe(0);
    expect(flag()?.definition.on).toBe(false);
    clock.now = NOON + 60_000;
    expect(await first.runner.tick()).toBe(1);
    expect(flag()?.definition.on).toBe(true);
    const [entry] = await first.store.audit();
    expect(entry?.author).toEqual({ id: `schedule/${id}`, via: 'schedule', comment: 'for the talk' });
    expect(await first.schedules.get(id)).toMatchObject({
      state: 'done',
      result: 'switched on',
      auditId: entry?.id,
    });
  });

  test('of one flag come in their order, also when all are late', async () => {
    const { clock, first, schedule, flag } = await service(await target());
    await schedule({ kind: 'set', rolloutPercentage: 20 }, NOON + 2_000);
    await schedule({ kind: 'on' }, NOON + 1_000);
    await schedule({ kind: 'set', rolloutPercentage: 50 }, NOON + 3_000);
    clock.now = NOON + 86_400_000 * 30;
    expect(await first.runner.tick()).toBe(3);
    expect(flag()).toMatchObject({
      version: 4,
      definition: {
        on: true,
        fallthrough: { rollout: { variations: [{ weight: 50_000 }, { weight: 50_000 }] } },
      },
    });
  });

  test('are carried out once by two runners', async () => {
    const { clock, first, instance, schedule, history } = await service(await target());
    const second = await instance();
    for (let share = 1; share <= 8; share += 1) {
      await schedule({ kind: 'set', rolloutPercentage: share }, NOON + share);
    }
    clock.now = NOON + 100;
    let carried = 0;
    await vi.waitFor(async () => {
      const done = await Promise.all([first.runner.tick(), second.runner.tick()]);
      carried += done[0] + done[1];
      expect(await first.schedules.due(1)).toEqual([]);
    }, 40_000);
    expect(carried).toBe(8);
    const names = await history();
    expect(names.filter((name) => name.startsWith('schedule/'))).toHaveLength(8);
    expect(new Set(names).size).toBe(9);
  });

  test('are taken over from a runner that stopped before the change', async () => {
    const { clock, first, instance, schedule, flag } = await service(await target());
    const { id } = await schedule({ kind: 'on' }, NOON + 1);
    clock.now = NOON + 1;
    expect(await first.schedules.claim(id)).toBeDefined();
    const second = await instance();
    expect(await second.runner.tick()).toBe(0);
    clock.now += CLAIM_MS;
    expect(await second.runner.tick()).toBe(1);
    await vi.waitFor(() => expect(flag()?.definition.on).toBe(true), 15_000);
  });

  test('are not done again when a runner stopped after the change', async () => {
    const { clock, first, instance, schedule, flag } = await service(await target());
    const { id } = await schedule({ kind: 'on' }, NOON + 1);
    clock.now = NOON + 1;
    const claim = await first.schedules.claim(id);
    expect(claim).toBeDefined();
    const put = (on: boolean, author: Author) =>
      first.store.change(author, {
        type: 'put-flag',
        environment: DEFAULT_ENVIRONMENT,
        key: 'new-ui',
        definition: { ...flag()!.definition, on },
      });
    // What the runner did before it stopped; and then somebody switches the flag off by hand.
    await put(true, { id: `schedule/${id}`, via: 'schedule' });
    await put(false, PRESENTER);
    clock.now += CLAIM_MS;
    const second = await instance();
    expect(await second.runner.tick()).toBe(1);
    expect(await first.schedules.get(id)).toMatchObject({ state: 'done', auditId: expect.any(Number) });
    expect(flag()?.definition.on).toBe(false);
  });

  test('are not done by a runner that slept through its claim', async () => {
    const { clock, first, instance, schedule, flag, history } = await service(await target());
    const { id } = await schedule({ kind: 'on' }, NOON + 1);
    clock.now = NOON + 1;
    const wakeUp = Promise.withResolvers<void>();
    const asleep = Promise.withResolvers<void>();
    const sleeper = await instance((store) => ({
      ...store,
      update: (author, ref, edit, options) =>
        store.update(
          author,
          ref,
          async (current, snapshot) => {
            const edited = await edit(current, snapshot);
            asleep.resolve();
            await wakeUp.promise;
            return edited;
          },
          options,
        ),
    }));
    const sleeping = sleeper.runner.tick();
    await asleep.promise;
    clock.now += CLAIM_MS;
    expect(await first.runner.tick()).toBe(1);
    await first.store.change(PRESENTER, {
      type: 'put-flag',
      environment: DEFAULT_ENVIRONMENT,
      key: 'new-ui',
      definition: { ...flag()!.definition, on: false },
    });
    wakeUp.resolve();
    expect(await sleeping).toBe(0);
    expect(flag()?.definition.on).toBe(false);
    expect((await history()).filter((name) => name === `schedule/${id}`)).toHaveLength(1);
  });

  test('that cannot be carried out say why, and delay no other', async () => {
    const { clock, first, schedule, flag } = await service(await target());
    const { id } = await schedule({ kind: 'set', rolloutPercentage: 5 }, NOON + 1);
    await schedule({ kind: 'on' }, NOON + 2);
    await first.store.change(PRESENTER, {
      type: 'put-flag',
      environment: DEFAULT_ENVIRONMENT,
      key: 'new-ui',
      definition: { ...flag()!.definition, variations: ['a', 'b'] },
    });
    clock.now = NOON + 2;
    expect(await first.runner.tick()).toBe(2);
    expect(await first.schedules.get(id)).toMatchObject({
      state: 'failed',
      result: expect.stringContaining('true and false'),
    });
    expect(flag()?.definition.on).toBe(true);
  });

  test('that are cancelled do not happen', async () => {
    const { clock, first, schedule, flag } = await service(await target());
    const { id } = await schedule({ kind: 'on' }, NOON + 1);
    expect(await first.schedules.cancel(PRESENTER, id)).toBe('cancelled');
    clock.now = NOON + 1;
    expect(await first.runner.tick()).toBe(0);
    expect(flag()?.definition.on).toBe(false);
    expect(await first.schedules.cancel(PRESENTER, id)).toBe('too-late');
    expect(await first.schedules.cancel(PRESENTER, 'nobody')).toBe('not-found');
  });
}

describe('scheduled changes on SQLite', () => {
  scheduledChanges(async () => ({ kind: 'sqlite', file: `${temporaryFolder()}/flags.db` }));
});

describe.skipIf(postgresBinaries() === undefined)(
  'scheduled changes on PostgreSQL',
  { timeout: 60_000 },
  () => {
    scheduledChanges(async () => ({ kind: 'postgres', url: await postgres() }));
  },
);
