/**
 * How long a change at one instance takes to be in another's answers, on one PostgreSQL: `npm run bench:feed`.
 * Options: `--changes 100` a round, `--rounds 5`.
 *
 * Each change is timed from the call of `change` at one instance until the other's snapshot evaluates to the new value.
 * In turn with it, in the same run: the floor, one durable transaction with an INSERT and a NOTIFY on a bare connection
 * until a bare LISTEN hears it. Server with fsync on.
 */
import { parseArgs } from 'node:util';
import { Client } from 'pg';
import { openDatabase } from '../../../src/store/sql/database.ts';
import { openSqlStore } from '../../../src/store/sql/sql-store.ts';
import { DEFAULT_ENVIRONMENT, type Store } from '../../../src/store/store.ts';
import { startPostgres } from '../../support/postgres-server.ts';
import { median, quantile, report } from '../support/figures.ts';

const { values } = parseArgs({
  options: { changes: { type: 'string', default: '100' }, rounds: { type: 'string', default: '5' } },
});
const changes = Number(values.changes);
const rounds = Number(values.rounds);

const server = await startPostgres(['fsync=on']);
const url = await server.freshDatabase();

const instance = async () => {
  const database = await openDatabase({ kind: 'postgres', url });
  const store = await openSqlStore({ database, now: Date.now, listenUrl: url, pollIntervalMs: 60_000 });
  const close = async (): Promise<void> => {
    await store.close();
    await database.close();
  };
  return { store, close };
};
const here = await instance();
const there = await instance();

const sender = new Client({ connectionString: url });
const listener = new Client({ connectionString: url });
await Promise.all([sender.connect(), listener.connect()]);
await sender.query('create table floor (value integer)');
await listener.query('listen floor');

const answerOf = (store: Store): unknown =>
  store.snapshot(DEFAULT_ENVIRONMENT)?.evaluator.evaluate('bench', { kind: 'user', key: 'bench' }, null)
    .value;

/** Milliseconds until the other instance answers with the value. */
async function throughStore(value: number): Promise<number> {
  const { promise: arrived, resolve } = Promise.withResolvers<void>();
  const leave = there.store.subscribe(() => {
    if (answerOf(there.store) === value) resolve();
  });
  const start = performance.now();
  await here.store.change(
    { id: 'bench', via: 'test' },
    {
      type: 'put-flag',
      environment: DEFAULT_ENVIRONMENT,
      key: 'bench',
      definition: { key: 'bench', version: 1, on: true, variations: [value], fallthrough: { variation: 0 } },
    },
  );
  await arrived;
  const took = performance.now() - start;
  leave();
  return took;
}

async function throughFloor(value: number): Promise<number> {
  const { promise: arrived, resolve } = Promise.withResolvers<void>();
  listener.once('notification', () => resolve());
  const start = performance.now();
  await sender.query('begin');
  await sender.query('insert into floor values ($1)', [value]);
  await sender.query(`notify floor, '${value}'`);
  await sender.query('commit');
  await arrived;
  return performance.now() - start;
}

const inTurns: { readonly store: readonly number[]; readonly floor: readonly number[] }[] = [];
let value = 0;
for (let round = 0; round <= rounds; round += 1) {
  const store: number[] = [];
  const floor: number[] = [];
  for (let change = 0; change < changes; change += 1) {
    value += 1;
    store.push(await throughStore(value));
    floor.push(await throughFloor(value));
  }
  // The first round warms up.
  if (round > 0) inTurns.push({ store, floor });
}
report({
  name: 'change at one instance to the answer of the other, times bare INSERT + NOTIFY to LISTEN',
  unit: 'ratio',
  values: inTurns.map(({ store, floor }) => median(store) / median(floor)),
});
for (const [name, share] of [
  ['median', 0.5],
  ['p99', 0.99],
] as const) {
  report({
    name: `change at one instance to the answer of the other, ${name}`,
    unit: 'ms',
    values: inTurns.map(({ store }) => quantile(store, share)),
  });
}

await Promise.all([sender.end(), listener.end(), here.close(), there.close()]);
await server.remove();
