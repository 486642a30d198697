import { SILENT_LOGGER } from '../../src/shared/logger.ts';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import SqliteFile from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Database, openDatabase } from '../../src/store/sql/database.ts';
import { createSqlJournal } from '../../src/store/sql/sql-journal.ts';
import { follow } from '../../src/store/follower.ts';

describe('following a database', () => {
  let folder: string;
  let database: Database;
  let other: SqliteFile.Database;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'dj-follow-'));
    const file = join(folder, 'dj-toggle.db');
    database = await openDatabase({ kind: 'sqlite', file });
    other = new SqliteFile(file);
  });
  afterEach(async () => {
    other.close();
    await database.close();
    rmSync(folder, { recursive: true });
  });

  /** What another process would do; at once, so that a test can say exactly when. */
  const addProject = (key: string): void => {
    other.exec(`begin immediate;
      update store_head set position = position + 1;
      insert into projects select '${key}', '${key}', position, '', '' from store_head;
      commit`);
  };

  test('news that come while it reads make it look again', async () => {
    const seen: string[] = [];
    let position = 0;
    const follower = follow({
      journal: createSqlJournal({ database }),
      position: () => position,
      onRows: ({ projects }) => {
        seen.push(...projects.map(({ key }) => key));
        position = projects.at(-1)?.position ?? position;
        if (seen.length > 1) return;
        // The rows were read, and reading has not ended: the moment at which news could fall between.
        addProject('late');
        void follower.catchUp();
      },
      now: () => 0,
      log: SILENT_LOGGER,
      pollIntervalMs: 3_600_000,
    });
    addProject('early');
    await follower.catchUp();
    await expect.poll(() => seen).toEqual(['early', 'late']);
    await follower.close();
  });

  test('says when it was last level, and what keeps it from being so', async () => {
    let time = 1_000;
    const follower = follow({
      journal: createSqlJournal({ database }),
      position: () => 0,
      onRows: () => {
        throw new Error('rows that make no sense');
      },
      now: () => time,
      log: SILENT_LOGGER,
      pollIntervalMs: 3_600_000,
    });
    time = 2_000;
    await follower.catchUp();
    expect([follower.levelAt(), follower.trouble()]).toEqual([2_000, undefined]);
    time = 3_000;
    addProject('club');
    await follower.catchUp();
    expect([follower.levelAt(), follower.trouble()]).toEqual([2_000, 'rows that make no sense']);
    await follower.close();
  });
});
