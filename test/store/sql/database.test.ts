import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import SqliteFile from 'better-sqlite3';
import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { DatabaseCorruptError, DatabaseTooNewError } from '../../../src/store/sql/database-errors.ts';
import { type DatabaseTarget, openDatabase } from '../../../src/store/sql/database.ts';
import { MIGRATIONS, type Migration } from '../../../src/store/sql/migrations.ts';
import { StoreUnavailableError } from '../../../src/store/store.ts';
import { postgresBinaries } from '../../support/postgres-binaries.ts';
import { usePostgres } from '../../support/postgres.ts';
import { openInstance } from '../../support/sql-stores.ts';
import { AUTHOR, putFlag } from '../../support/store-contract.ts';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dj-database-'));
  file = join(folder, 'deep', 'dj-toggle.db');
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

function testMigrations(fresh: () => Promise<DatabaseTarget>): void {
  const step = (number: number, name: string): Migration => ({
    number,
    name,
    up: async (db) => {
      await db.schema.createTable(name).addColumn('id', 'integer').execute();
    },
  });
  const applied = async (target: DatabaseTarget, migrations: readonly Migration[]) => {
    const database = await openDatabase(target, { migrations });
    const rows = await database.kysely
      .selectFrom('schema_migrations')
      .select('number')
      .orderBy('number')
      .execute();
    await database.close();
    return rows.map(({ number }) => number);
  };

  test('every migration runs once, by number, in whatever order they are listed', async () => {
    const target = await fresh();
    expect(await applied(target, [step(20, 'b'), step(3, 'a')])).toEqual([3, 20]);
    expect(await applied(target, [step(20, 'b'), step(3, 'a')])).toEqual([3, 20]);
  });

  test('one that came late, with a lower number, still runs', async () => {
    const target = await fresh();
    await applied(target, [step(20, 'b')]);
    expect(await applied(target, [step(20, 'b'), step(10, 'late')])).toEqual([10, 20]);
  });

  test('one that fails leaves nothing of itself, and the next start goes on from there', async () => {
    const target = await fresh();
    const failing: Migration = {
      number: 2,
      name: 'two',
      up: async (db) => {
        await step(2, 'two').up(db, 'sqlite');
        throw new Error('half way');
      },
    };
    await expect(applied(target, [step(1, 'one'), failing, step(3, 'three')])).rejects.toThrow('half way');
    expect(await applied(target, [step(1, 'one'), step(2, 'two'), step(3, 'three')])).toEqual([1, 2, 3]);
  });

  test('programs that start at once do not get in each other’s way', async () => {
    const target = await fresh();
    const databases = await Promise.all(Array.from({ length: 4 }, () => openDatabase(target)));
    for (const database of databases) {
      const rows = await database.kysely.selectFrom('schema_migrations').select('number').execute();
      expect(rows).toHaveLength(MIGRATIONS.length);
      await database.close();
    }
  });

  test('a program runs with a newer schema that only adds to what it knows', async () => {
    const target = await fresh();
    const added: Migration = {
      number: 999,
      name: 'tomorrow',
      onlyAdds: true,
      up: async (db) => {
        await db.schema.createTable('tomorrow').addColumn('id', 'integer').execute();
        await db.schema.alterTable('projects').addColumn('colour', 'text').execute();
      },
    };
    await applied(target, [...MIGRATIONS, added]);
    const { store, ...instance } = await openInstance(target);
    expect(await store.createProject(AUTHOR, 'club', 'Club')).toBe('created');
    expect(await store.change(AUTHOR, putFlag('encore'))).toMatchObject({ outcome: 'changed' });
    await instance.close();
    expect(await applied(target, [...MIGRATIONS, added])).toContain(999);
  });

  test('a database of a newer program is refused in one clear line, and not touched', async () => {
    const target = await fresh();
    await applied(target, [...MIGRATIONS, step(999, 'tomorrow')]);
    const refusal = await openDatabase(target).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(DatabaseTooNewError);
    expect(String(refusal)).toMatch(
      /^DatabaseTooNewError: the database is newer than this program.*999-tomorrow[^\n]*$/,
    );
    expect(await applied(target, [...MIGRATIONS, step(999, 'tomorrow')])).toContain(999);
  });
}

describe('migrations in SQLite', () => {
  testMigrations(async () => ({ kind: 'sqlite', file }));
});

describe.skipIf(postgresBinaries() === undefined)('migrations in PostgreSQL', () => {
  const postgres = usePostgres();
  testMigrations(async () => ({ kind: 'postgres', url: await (await postgres()).freshDatabase() }));

  test('a program waits for the migrations of another, longer than any request would', async () => {
    const url = await (await postgres()).freshDatabase();
    const slow: Migration = {
      number: 1,
      name: 'slow',
      up: async (db) => {
        await sql`select pg_sleep(2.8)`.execute(db);
      },
    };
    const databases = await Promise.all(
      [1, 2].map(() => openDatabase({ kind: 'postgres', url }, { migrations: [slow] })),
    );
    for (const database of databases) {
      expect(await database.kysely.selectFrom('schema_migrations').select('name').execute()).toEqual([
        { name: 'slow' },
      ]);
      await database.close();
    }
  });

  test('a server that is not there is unavailable, at once', async () => {
    const url = `postgres://postgres@/nowhere?host=${folder}`;
    await expect(openDatabase({ kind: 'postgres', url })).rejects.toThrow(StoreUnavailableError);
  });
});

describe('a SQLite file', () => {
  test('is durable on every open, not only on the first', async () => {
    for (let opens = 0; opens < 2; opens += 1) {
      const database = await openDatabase({ kind: 'sqlite', file });
      const { rows } = await sql<{ synchronous: number }>`pragma synchronous`.execute(database.kysely);
      expect(rows).toEqual([{ synchronous: 2 }]);
      const mode = await sql<{ journal_mode: string }>`pragma journal_mode`.execute(database.kysely);
      expect(mode.rows).toEqual([{ journal_mode: 'wal' }]);
      await database.close();
    }
  });

  test.each([
    ['its header', 0, 100],
    ['a page', 3 * 4_096, 4_096],
  ])('with %s destroyed is refused in one line, and left as it is', async (_, start, length) => {
    await (await openDatabase({ kind: 'sqlite', file })).close();
    const damaged = readFileSync(file);
    damaged.fill(0x41, start, start + length);
    writeFileSync(file, damaged);
    const refusal = await openDatabase({ kind: 'sqlite', file }).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(DatabaseCorruptError);
    expect(String(refusal)).toContain(file);
    expect(String(refusal)).not.toContain('\n');
    expect(readFileSync(file).equals(damaged)).toBe(true);
  });

  test('that another process holds is busy, without stopping this one, and free again afterwards', async () => {
    const database = await openDatabase({ kind: 'sqlite', file });
    const other = new SqliteFile(file);
    other.exec('begin immediate');
    let turns = 0;
    const clock = setInterval(() => (turns += 1), 5);
    const write = (): Promise<unknown> =>
      database.write((db) => db.updateTable('store_head').set({ position: 7 }).execute());
    await expect(write()).rejects.toMatchObject({ name: 'StoreUnavailableError', reason: 'busy' });
    clearInterval(clock);
    expect(turns).toBeGreaterThan(5);
    expect(await database.read((db) => db.selectFrom('store_head').select('position').execute())).toEqual([
      { position: 0 },
    ]);
    other.exec('commit');
    other.close();
    await write();
    await database.close();
  });

  test('that is full refuses the write, keeps what it has, and takes the next one', async () => {
    const database = await openDatabase({ kind: 'sqlite', file });
    const { rows } = await sql<{ page_count: number }>`pragma page_count`.execute(database.kysely);
    await sql`pragma max_page_count = ${sql.raw(String(rows[0]?.page_count))}`.execute(database.kysely);
    const write = (name: string): Promise<unknown> =>
      database.write((db) =>
        db
          .insertInto('projects')
          .values({ key: 'club', name, position: 1, created_at: '', created_by: '' })
          .execute(),
      );
    await expect(write('x'.repeat(100_000))).rejects.toMatchObject({
      name: 'StoreUnavailableError',
      reason: 'full',
    });
    expect(await database.kysely.selectFrom('projects').selectAll().execute()).toEqual([]);
    await write('small');
    await database.close();
  });
});
