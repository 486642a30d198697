import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { followArchives } from '../../../src/store/audit/audit-archive.ts';
import { createAuditArchiver } from '../../../src/store/retention/audit-archiver.ts';
import { verifySqlAudit } from '../../../src/store/sql/sql-audit.ts';
import { createRecordingLogger } from '../../support/recording-logger.ts';
import { type Instance, onBothDatabases } from '../../support/sql-stores.ts';
import { AUTHOR, putFlag } from '../../support/store-contract.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const DAY = 86_400_000;
const START = Date.parse('2026-01-01T12:00:00Z');

onBothDatabases((start) => {
  /** An entry a day, and one more for the flag that a store begins with. */
  async function withDays(days: number) {
    let now = START;
    const instance = await start({ now: () => now });
    for (let day = 0; day < days; day += 1) {
      await instance.store.change(AUTHOR, putFlag('encore', { on: day % 2 === 0 }));
      now += DAY;
    }
    const folder = temporaryFolder();
    const log = createRecordingLogger();
    const archiver = createAuditArchiver({
      database: instance.database,
      folder,
      keptMs: 7 * DAY,
      now: () => now,
      log,
    });
    const wait = (more: number): void => {
      now += more * DAY;
    };
    return { ...instance, folder, archiver, log, wait };
  }
  const verify = async ({ database }: Pick<Instance, 'database'>, folder: string) => {
    const archived = await followArchives(folder);
    return 'ok' in archived ? archived : verifySqlAudit(database, archived);
  };
  const idsIn = async ({ store }: Pick<Instance, 'store'>) =>
    (await store.audit({ limit: 200 })).map(({ id }) => id);

  test('entries older than is kept are in files for their owner alone, and the chain holds from the first to the last', async () => {
    const log = await withDays(10);
    expect(await log.archiver.tick()).toBe(4);
    // The first stays: it tells stores apart.
    expect(await idsIn(log)).toEqual([11, 10, 9, 8, 7, 6, 5, 1]);
    const [file = '', ...others] = readdirSync(log.folder);
    expect(others).toEqual([]);
    expect(statSync(join(log.folder, file)).mode & 0o777).toBe(0o600);
    expect(await log.archiver.tick()).toBe(0);
    expect(await log.store.verifyAudit()).toEqual({ ok: true, entries: 7, archived: 4 });
    expect(await verify(log, log.folder)).toEqual({ ok: true, entries: 11, archived: 4 });

    log.wait(3);
    await log.store.change(AUTHOR, putFlag('encore', { on: true }));
    expect(await log.archiver.tick()).toBe(3);
    expect(await verify(log, log.folder)).toEqual({ ok: true, entries: 12, archived: 7 });
    log.wait(30);
    expect(await log.archiver.tick()).toBe(5);
    expect(await verify(log, log.folder)).toEqual({ ok: true, entries: 12, archived: 12 });
    expect(await log.store.change(AUTHOR, putFlag('encore', { on: false }))).toMatchObject({ auditId: 13 });
    expect(await verify(log, log.folder)).toEqual({ ok: true, entries: 13, archived: 12 });
    expect(log.log.messages('error')).toEqual([]);
  });

  test('what was archived cannot be undone any more, and what was not can', async () => {
    const log = await withDays(10);
    await log.archiver.tick();
    for (const gone of [1, 4]) expect(await log.store.undo(AUTHOR, gone)).toEqual({ outcome: 'not-found' });
    expect(await log.store.undo(AUTHOR, 11)).toMatchObject({ outcome: 'changed' });
  });

  test.each<[string, number, (file: string) => void]>([
    ['an archive that is gone', 1, (file) => rmSync(file)],
    [
      'an archived entry that was edited',
      3,
      (file) =>
        writeFileSync(
          file,
          readFileSync(file, 'utf8').replace(/("id":3,.*?)"via":"\w+"/, '$1"via":"import"'),
        ),
    ],
    [
      'an archived entry that is missing',
      2,
      (file) =>
        writeFileSync(
          file,
          readFileSync(file, 'utf8')
            .split('\n')
            .filter((line) => !line.startsWith('{"id":2,'))
            .join('\n'),
        ),
    ],
    [
      'an archive that was cut short',
      4,
      (file) => writeFileSync(file, readFileSync(file, 'utf8').split('\n').slice(0, 3).join('\n')),
    ],
  ])('%s is found, and the entry named', async (_, brokenAt, tamper) => {
    const log = await withDays(10);
    await log.archiver.tick();
    tamper(join(log.folder, readdirSync(log.folder)[0] ?? ''));
    expect(await verify(log, log.folder)).toMatchObject({ ok: false, brokenAt });
  });

  test('a log that does not hold is neither archived nor deleted', async () => {
    const log = await withDays(10);
    await log.database.kysely
      .updateTable('audit_anchor')
      .set({ audit_hash: 'f'.repeat(64) })
      .execute();
    expect(await log.archiver.tick()).toBe(0);
    expect(log.log.messages('error')).toEqual(['the audit log could not be archived; nothing was deleted']);
    expect(readdirSync(log.folder)).toEqual([]);
    expect(await idsIn(log)).toHaveLength(11);
  });

  test('where the folder cannot be written nothing is deleted', async () => {
    const log = await withDays(10);
    rmSync(log.folder, { recursive: true });
    writeFileSync(log.folder, '');
    expect(await log.archiver.tick()).toBe(0);
    expect(await idsIn(log)).toHaveLength(11);
    expect(await log.store.verifyAudit()).toEqual({ ok: true, entries: 11 });
  });

  test('what a webhook has not read yet stays', async () => {
    const log = await withDays(10);
    await log.database.write(async (db) => {
      const hook = { id: 'hook', url: 'https://example.com', events: '[]', enabled: 1, secret: 's' } as const;
      const none = { description: null, project: null, environment: null, disabled_reason: null };
      const times = { previous_secret: null, previous_until: null, created_at: 0, updated_at: 0 };
      await db
        .insertInto('webhooks')
        .values({ ...hook, ...none, ...times, created_by: 'anna' })
        .execute();
      await db.updateTable('webhook_cursor').set({ audit_id: 2 }).execute();
    });
    expect(await log.archiver.tick()).toBe(2);
  });
});
