import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import SqliteFile from 'better-sqlite3';
import { z } from 'zod';
import type { Flag } from '../../../src/evaluation/model.ts';
import { openDatabase } from '../../../src/store/sql/database.ts';
import { type SqlStore, openSqlStore } from '../../../src/store/sql/sql-store.ts';
import { type Author, DEFAULT_ENVIRONMENT } from '../../../src/store/store.ts';
import { median, report } from '../support/figures.ts';
import { startDjToggle } from '../support/programs.ts';

// Durable changes a second by 8 writers, with 100, 1,000 and 10,000 flags: through the whole running program (a PUT each),
// through the store in this process, and beside both a bare loop of durable single-row commits by 8 writers. All take
// turns in each round, so that a slow moment of the disk is slow for all.
//
// What the ratios to the bare loop mean depends on the disk. Where a sync takes milliseconds, both wait for it, and the
// program is ahead, since writers that come together share a commit. Where a sync takes microseconds (a write cache that is
// taken at its word), the bare loop is 0.1 ms of processor time a row, and the program's PUT, its client included, cannot be
// half as quick: then only the store's ratio compares like with like. So the time of a sync is printed too.

const ROUNDS = 5;
const ROUND_MS = 700;
const WRITERS = 8;
const SIZES = [100, 1_000, 10_000] as const;
const TOKEN = 'admin-of-the-benchmark-0123456789';
/** Each key may write 200 times in 10 s, and each address ask 2,000 times. */
const KEYS_PER_WRITER = 4;
const AUTHOR: Author = { id: 'benchmark', via: 'test' };

const folder = mkdtempSync(join(tmpdir(), 'bench-writes-'));

/** Makes the change whose number it is given; resolves when it is durable. */
type Writer = (change: number) => Promise<void>;

interface Contender {
  readonly name: string;
  readonly writers: readonly Writer[];
  readonly close: () => Promise<void>;
}

const flag = (number: number, on: boolean): Flag => ({
  key: `flag-${number}`,
  version: 1,
  on,
  variations: [true, false],
  offVariation: 1,
  fallthrough: {
    rollout: {
      variations: [
        { variation: 0, weight: number },
        { variation: 1, weight: 100_000 - number },
      ],
    },
  },
  rules: [
    {
      id: `rule-${number}`,
      variation: 0,
      clauses: [{ attribute: 'team', op: 'in', values: [`team-${number}`, `team-${number + 1}`] }],
    },
  ],
  prerequisites: number % 10 === 1 ? [{ key: `flag-${number - 1}`, variation: 0 }] : [],
  salt: `salt-${number}`,
});

const flagsOf = (size: number) =>
  Object.fromEntries(Array.from({ length: size }, (_, number) => [`flag-${number}`, flag(number, true)]));

async function openStore(
  file: string,
  size: number,
): Promise<{ readonly store: SqlStore; readonly close: () => Promise<void> }> {
  const database = await openDatabase({ kind: 'sqlite', file });
  const store = await openSqlStore({
    database,
    now: Date.now,
    seedFlags: { flags: flagsOf(size), segments: {} },
  });
  return {
    store,
    close: async () => {
      await store.close();
      await database.close();
    },
  };
}

const writersOf = (write: (writer: number) => Writer): readonly Writer[] =>
  Array.from({ length: WRITERS }, (_, writer) => write(writer));

/** Writers change flags of their own, each time another. */
const numberOf = (writer: number, change: number, size: number): number => (change * WRITERS + writer) % size;

async function storeContender(size: number): Promise<Contender> {
  const { store, close } = await openStore(join(folder, `store-${size}.db`), size);
  return {
    name: `store, ${size}`,
    writers: writersOf((writer) => async (change) => {
      const { key, ...definition } = flag(numberOf(writer, change, size), change % 2 === 0);
      const outcome = await store.change(AUTHOR, {
        type: 'put-flag',
        environment: DEFAULT_ENVIRONMENT,
        key,
        definition: { key, ...definition, trackEvents: Math.floor(change / size) % 2 === 0 },
      });
      if (outcome.outcome !== 'changed' && outcome.outcome !== 'unchanged') throw new Error(outcome.outcome);
    }),
    close,
  };
}

async function programContender(size: number): Promise<Contender> {
  const dataDir = join(folder, `program-${size}`);
  await (await openStore(join(dataDir, 'dj-toggle.db'), size)).close();
  const program = await startDjToggle({ env: { DATA_DIR: dataDir, ADMIN_TOKEN: TOKEN } });
  const agents = writersOf(() => async () => {}).map(
    (_, writer) => new Agent({ keepAlive: true, localAddress: `127.0.0.${writer + 2}` }),
  );
  const send = (
    agent: Agent | undefined,
    method: string,
    path: string,
    token: string,
    body: object,
  ): Promise<string> =>
    new Promise((resolve, reject) => {
      const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
      const { port } = new URL(program.url);
      request({ host: '127.0.0.1', port, path, method, headers, ...(agent && { agent }) }, (response) => {
        let text = '';
        response.on('data', (chunk: Buffer) => (text += chunk.toString()));
        response.on('end', () =>
          response.statusCode !== undefined && response.statusCode < 300
            ? resolve(text)
            : reject(new Error(`${method} ${path}: ${response.statusCode} ${text}`)),
        );
      })
        .on('error', reject)
        .end(JSON.stringify(body));
    });
  const tokens = await Promise.all(
    Array.from({ length: WRITERS * KEYS_PER_WRITER }, async (_, number) => {
      const key = { name: `writer-${number}`, kind: 'admin', role: 'operator' };
      return z
        .object({ key: z.string() })
        .parse(JSON.parse(await send(undefined, 'POST', '/keys', TOKEN, key))).key;
    }),
  );
  return {
    name: `program, ${size}`,
    writers: writersOf((writer) => async (change) => {
      const token = tokens[writer * KEYS_PER_WRITER + (change % KEYS_PER_WRITER)] ?? TOKEN;
      const number = numberOf(writer, change, size);
      const status = Math.floor(change / (size / WRITERS)) % 2 === 1;
      await send(agents[writer], 'PUT', `/flags/flag-${number}`, token, { status });
    }),
    close: async () => {
      for (const agent of agents) agent.destroy();
      await program.stop();
    },
  };
}

function bareContender(): Contender {
  const file = new SqliteFile(join(folder, 'bare.db'));
  file.pragma('journal_mode = WAL');
  file.pragma('synchronous = FULL');
  file.exec('create table rows (id integer primary key, writer integer, change integer)');
  const insert = file.prepare('insert into rows (writer, change) values (?, ?)');
  return {
    name: 'bare',
    writers: writersOf((writer) => async (change) => {
      // Other writers have their turn, as with any writer that waits for its answer.
      await turn();
      insert.run(writer, change);
    }),
    close: async () => void file.close(),
  };
}

/** Milliseconds that the disk takes to make one page of 4 KiB durable. */
function syncMs(): number {
  const file = openSync(join(folder, 'sync'), 'w');
  try {
    const times = Array.from({ length: 20 }, () => {
      writeSync(file, Buffer.alloc(4_096));
      const began = performance.now();
      fdatasyncSync(file);
      return performance.now() - began;
    });
    return median(times);
  } finally {
    closeSync(file);
  }
}

/** Durable changes a second. */
async function measure(
  { writers }: Contender,
  from: number,
): Promise<{ readonly perSecond: number; readonly made: number }> {
  const began = performance.now();
  let made = 0;
  let furthest = 0;
  await Promise.all(
    writers.map(async (write) => {
      for (let change = from; performance.now() - began < ROUND_MS; change += 1) {
        await write(change);
        made += 1;
        furthest = Math.max(furthest, change + 1 - from);
      }
    }),
  );
  return { perSecond: made / ((performance.now() - began) / 1_000), made: furthest };
}

const contenders = [bareContender()];
try {
  for (const size of SIZES) contenders.push(await storeContender(size), await programContender(size));
  const reached = new Map<Contender, number>();
  const rates = new Map<string, number[]>(contenders.map(({ name }) => [name, []]));
  const syncs: number[] = [];
  for (let round = 0; round <= ROUNDS; round += 1) {
    syncs.push(syncMs());
    for (const contender of contenders) {
      const from = reached.get(contender) ?? 0;
      const { perSecond, made } = await measure(contender, from);
      reached.set(contender, from + made);
      // The first round only warms up.
      if (round > 0) rates.get(contender.name)?.push(perSecond);
    }
  }
  const of = (name: string): readonly number[] => rates.get(name) ?? [];
  const ratios = (above: string, below: string): readonly number[] =>
    of(above).map((rate, round) => rate / (of(below)[round] ?? Number.NaN));
  report({ name: 'a sync of the disk', unit: 'ms', values: syncs });
  for (const { name } of contenders) {
    report({
      name: `${name}${name === 'bare' ? '' : ' flags'}, durable changes`,
      unit: 'per second',
      values: of(name),
    });
  }
  for (const kind of ['store', 'program']) {
    report({
      name: `${kind} at 10,000 flags, of itself at 100`,
      unit: 'ratio',
      values: ratios(`${kind}, 10000`, `${kind}, 100`),
      goal: { atLeast: 0.7 },
    });
    report({
      name: `${kind} at 10,000 flags, of a bare loop of durable single-row commits`,
      unit: 'ratio',
      values: ratios(`${kind}, 10000`, 'bare'),
      goal: { atLeast: 0.5 },
    });
  }
} finally {
  for (const { close } of contenders) await close();
  rmSync(folder, { recursive: true, force: true });
}
