import {
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { backUpDatabase, restoreDatabase } from '../../../src/store/sql/backup.ts';
import type { DatabaseTarget } from '../../../src/store/sql/database.ts';
import { usePostgres } from '../../support/postgres.ts';
import { postgresBinaries } from '../../support/postgres-binaries.ts';
import { openInstance } from '../../support/sql-stores.ts';
import { AUTHOR, flagOf, putFlag } from '../../support/store-contract.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dj-backup-'));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

const modeOf = (file: string): number => statSync(file).mode & 0o777;

function testBackup(original: () => Promise<DatabaseTarget>, empty: () => Promise<DatabaseTarget>): void {
  test('made while the program writes comes back whole, as it was at one moment', async () => {
    const instance = await openInstance(await original());
    const target = await original();
    await instance.store.change(AUTHOR, putFlag('before', { on: false }));
    const file = join(folder, 'backup');
    const stopping = new AbortController();
    const writing = (async () => {
      for (let made = 0; made < 200 && !stopping.signal.aborted; made += 1) {
        await instance.store.change(AUTHOR, putFlag(`during-${made}`));
      }
    })();
    const verdict = await backUpDatabase(target, file);
    stopping.abort();
    await writing;
    await instance.close();
    expect(verdict).toMatchObject({ ok: true });
    expect(modeOf(file)).toBe(0o600);
    expect(existsSync(`${file}.partial`)).toBe(false);

    const restored = await empty();
    expect(await restoreDatabase(file, restored)).toMatchObject({ ok: true });
    const again = await openInstance(restored);
    expect(flagOf(again.store, 'before')).toMatchObject({ version: 1, definition: { on: false } });
    expect(await again.store.verifyAudit()).toMatchObject({ ok: true });
    expect(await again.store.change(AUTHOR, putFlag('after'))).toMatchObject({ outcome: 'changed' });
    await again.close();
  });

  test('is not written over, and neither is a database', async () => {
    const target = await original();
    await (await openInstance(target)).close();
    const file = join(folder, 'backup');
    writeFileSync(file, 'mine');
    await expect(backUpDatabase(target, file)).rejects.toThrow('is there already');
    expect(readFileSync(file, 'utf8')).toBe('mine');
    rmSync(file);
    await backUpDatabase(target, file);
    await expect(restoreDatabase(file, target)).rejects.toThrow(/is there already|is not empty/);
  });

  test('that is cut short is not restored', async () => {
    const target = await original();
    await (await openInstance(target)).close();
    const file = join(folder, 'backup');
    await backUpDatabase(target, file);
    truncateSync(file, Math.floor(statSync(file).size / 2));
    const restored = await empty();
    await expect(restoreDatabase(file, restored)).rejects.toThrow(/damaged|malformed|pg_restore: error/);
    await expect(restoreDatabase(join(folder, 'none'), restored)).rejects.toThrow('there is no backup at');
    if (restored.kind === 'sqlite') expect(existsSync(restored.file)).toBe(false);
  });
}

describe('a backup of SQLite', () => {
  const at = (name: string) => async (): Promise<DatabaseTarget> => ({
    kind: 'sqlite',
    file: join(folder, name),
  });
  testBackup(at('dj-toggle.db'), at('restored.db'));

  test('and the database itself can be read by its owner alone', async () => {
    const file = join(folder, 'dj-toggle.db');
    const instance = await openInstance({ kind: 'sqlite', file });
    await instance.store.change(AUTHOR, putFlag('encore'));
    expect([file, `${file}-wal`].map(modeOf)).toEqual([0o600, 0o600]);
    await instance.close();
  });

  test('of a database that is not there makes none', async () => {
    const target: DatabaseTarget = { kind: 'sqlite', file: join(folder, 'none.db') };
    await expect(backUpDatabase(target, join(folder, 'backup'))).rejects.toThrow('unable to open');
    expect([target.file, join(folder, 'backup')].map(existsSync)).toEqual([false, false]);
  });
});

describe.skipIf(postgresBinaries() === undefined)('a backup of PostgreSQL', () => {
  const postgres = usePostgres();
  /** With a password, which this server does not ask for. */
  const fresh = async (): Promise<string> => {
    const url = new URL(await (await postgres()).freshDatabase());
    url.password = 'open: sesame';
    return url.href;
  };
  let url: string | undefined;
  beforeEach(() => {
    url = undefined;
    vi.stubEnv('PATH', `${postgresBinaries() ?? ''}${delimiter}${process.env['PATH'] ?? ''}`);
  });
  testBackup(
    async () => ({ kind: 'postgres', url: (url ??= await fresh()) }),
    async () => ({ kind: 'postgres', url: await fresh() }),
  );

  test('says what is missing where PostgreSQL’s tools are not installed', async () => {
    vi.stubEnv('PATH', folder);
    const target: DatabaseTarget = { kind: 'postgres', url: await fresh() };
    await expect(backUpDatabase(target, join(folder, 'backup'))).rejects.toThrow(
      'pg_dump is not installed here',
    );
  });
});
