import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { DatabaseTarget } from '../../src/store/sql/database.ts';
import { postgresBinaries } from '../support/postgres-binaries.ts';
import { useMigratedPostgres } from '../support/migrated-postgres.ts';
import { openInstance } from '../support/sql-stores.ts';
import { runCommand } from '../support/run-command.ts';
import { AUTHOR, putFlag } from '../support/store-contract.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dj-audit-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const verify = (env: Readonly<Record<string, string>>) => runCommand('src/commands/audit-verify.ts', [], env);

function testProgram(
  where: () => Promise<{ target: DatabaseTarget; env: Readonly<Record<string, string>> }>,
): void {
  test('a whole log holds; one with an edited entry does not, and the entry is named', async () => {
    const { target, env } = await where();
    const { store, database, ...instance } = await openInstance(target);
    await store.change(AUTHOR, putFlag('encore'));
    await store.change(AUTHOR, putFlag('encore', { on: false }));
    expect(await verify(env)).toEqual({ code: 0, stdout: 'the audit log holds: 3 entries\n', stderr: '' });

    await (
      database.dialect === 'sqlite'
        ? sql`drop trigger audit_no_update`
        : sql`alter table audit disable trigger user`
    ).execute(database.kysely);
    await database.kysely.updateTable('audit').set({ action: 'create' }).where('id', '=', 3).execute();
    expect(await verify(env)).toEqual({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(/^the audit log is broken at entry 3: [^\n]+\n$/),
    });
    await instance.close();
  });
}

describe('npm run audit:verify', () => {
  describe('on SQLite', () => {
    testProgram(async () => ({
      target: { kind: 'sqlite', file: join(folder, 'dj-toggle.db') },
      env: { DATA_DIR: folder },
    }));
  });

  describe.skipIf(postgresBinaries() === undefined)('on PostgreSQL', () => {
    const freshDatabase = useMigratedPostgres();
    testProgram(async () => {
      const url = await freshDatabase();
      return { target: { kind: 'postgres', url }, env: { DATA_DIR: folder, DATABASE_URL: url } };
    });
  });

  test('where there is no database it says so, and makes none', async () => {
    expect(await verify({ DATA_DIR: folder })).toEqual({
      code: 2,
      stdout: '',
      stderr: `there is no database at ${join(folder, 'dj-toggle.db')}; the first start makes it\n`,
    });
  });
});
