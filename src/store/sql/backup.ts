import { execFile } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import SqliteFile from 'better-sqlite3';
import { sql } from 'kysely';
import type { AuditVerdict } from '../audit/audit-chain.ts';
import { type DatabaseTarget, openDatabase } from './database.ts';
import { verifySqlAudit } from './sql-audit.ts';

/**
 * Writes the whole database, as it is at one moment, into one file that only its owner can read; the program may be
 * running. SQLite's backup is a database file, PostgreSQL's an archive of `pg_dump`.
 * @returns whether the audit log holds: in SQLite that of the backup, in PostgreSQL that of the database
 * @throws Error when the file is there already, or the database cannot be read
 */
export async function backUpDatabase(target: DatabaseTarget, file: string): Promise<AuditVerdict> {
  if (existsSync(file)) throw new Error(`${file} is there already: name a new file`);
  return asWhole(file, async (partial) => {
    writeFileSync(partial, '', { mode: 0o600 });
    if (target.kind === 'postgres') {
      await postgresTool('pg_dump', target.url, ['--format=custom', '--no-owner', '--file', partial]);
      return await verdictOn(target);
    }
    const connection = new SqliteFile(target.file, { readonly: true, fileMustExist: true });
    await connection.backup(partial).finally(() => connection.close());
    return await verdictOn({ kind: 'sqlite', file: partial });
  });
}

/**
 * Puts a backup where there is no database yet: SQLite's file must not exist, PostgreSQL's database must be empty.
 * @returns whether the audit log of what was restored holds
 * @throws Error when there is a database already, or the backup cannot be read; then nothing was changed
 */
export async function restoreDatabase(file: string, target: DatabaseTarget): Promise<AuditVerdict> {
  if (!existsSync(file)) throw new Error(`there is no backup at ${file}`);
  if (target.kind === 'postgres') {
    if (!(await isEmpty(target))) throw new Error('the database is not empty: name a new one');
    await postgresTool('pg_restore', target.url, [
      '--exit-on-error',
      '--single-transaction',
      '--no-owner',
      file,
    ]);
    return await verdictOn(target);
  }
  if (existsSync(target.file)) {
    throw new Error(`${target.file} is there already: stop the program and move it away`);
  }
  return asWhole(target.file, async (partial) => {
    copyFileSync(file, partial);
    chmodSync(partial, 0o600);
    return await verdictOn({ kind: 'sqlite', file: partial });
  });
}

/** Makes a file under another name first, so that a file with its own name is whole. */
async function asWhole<T>(file: string, make: (partial: string) => Promise<T>): Promise<T> {
  const partial = `${file}.partial`;
  try {
    const result = await make(partial);
    renameSync(partial, file);
    return result;
  } catch (error) {
    for (const suffix of ['', '-wal', '-shm']) rmSync(partial + suffix, { force: true });
    throw error;
  }
}

async function verdictOn(target: DatabaseTarget): Promise<AuditVerdict> {
  const database = await openDatabase(target, { migrate: false });
  return await verifySqlAudit(database).finally(() => database.close());
}

async function isEmpty(target: DatabaseTarget): Promise<boolean> {
  const database = await openDatabase(target, { migrate: false });
  try {
    const { rows } =
      await sql`select 1 from information_schema.tables where table_schema = 'public' limit 1`.execute(
        database.kysely,
      );
    return rows.length === 0;
  } finally {
    await database.close();
  }
}

async function postgresTool(
  tool: 'pg_dump' | 'pg_restore',
  url: string,
  args: readonly string[],
): Promise<void> {
  const address = new URL(url);
  const folder = mkdtempSync(join(tmpdir(), 'dj-toggle-'));
  try {
    if (address.password !== '') {
      // Arguments can be read by every process of the machine; this file cannot. `:` and `\` are its own.
      const password = decodeURIComponent(address.password).replaceAll(/[\\:]/g, String.raw`\$&`);
      const passfile = join(folder, 'passfile');
      writeFileSync(passfile, `*:*:*:*:${password}\n`, { mode: 0o600 });
      address.password = '';
      address.searchParams.set('passfile', passfile);
    }
    await promisify(execFile)(tool, ['--dbname', address.href, ...args]);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const isMissing = 'code' in error && error.code === 'ENOENT';
    const said = 'stderr' in error ? String(error.stderr).trim() : error.message;
    throw new Error(isMissing ? `${tool} is not installed here; it comes with PostgreSQL` : said, {
      cause: error,
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}
