import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { readAdminAudit, recordAdminChange, verifyAdminAudit } from '../../../src/store/audit/admin-audit.ts';
import { verifySqlAudit } from '../../../src/store/sql/sql-audit.ts';
import { type Instance, onBothDatabases } from '../../support/sql-stores.ts';
import { AUTHOR } from '../../support/store-contract.ts';

onBothDatabases((start) => {
  const record = ({ database }: Instance, key: string): Promise<void> =>
    database.write((db) =>
      recordAdminChange(db, {
        at: 0,
        author: AUTHOR,
        kind: 'webhook',
        key,
        action: 'create',
        detail: { key },
      }),
    );
  const withFive = async (): Promise<Instance & { readonly first: number }> => {
    const instance = await start();
    // The store's own project and environment are there before.
    const first = (await readAdminAudit(instance.database.kysely, {})).length;
    for (const key of ['a', 'b', 'c', 'd', 'e']) await record(instance, key);
    return { ...instance, first };
  };
  const withoutTriggers = async ({ database }: Instance): Promise<void> => {
    if (database.dialect === 'sqlite') {
      for (const action of ['update', 'delete'])
        await sql`drop trigger ${sql.raw(`admin_audit_no_${action}`)}`.execute(database.kysely);
    } else await sql`alter table admin_audit disable trigger user`.execute(database.kysely);
  };

  test('the log is one chain, also when many write at once, and what takes a change back takes its entry back', async () => {
    const { database, first, ...instance } = await withFive();
    const more = Array.from({ length: 20 }, (_, nth) => record({ database, ...instance }, `${nth}`));
    await Promise.all(more);
    await expect(
      database.write(async (db) => {
        await recordAdminChange(db, { at: 0, author: AUTHOR, kind: 'key', key: 'x', action: 'create' });
        throw new Error('taken back');
      }),
    ).rejects.toThrow('taken back');
    expect(await verifyAdminAudit(database.kysely)).toEqual({ ok: true, entries: first + 25 });
  });

  test.each<[string, number, (instance: Instance, id: number) => Promise<unknown>]>([
    [
      'edited',
      3,
      ({ database }, id) =>
        database.kysely
          .updateTable('admin_audit')
          .set({ author: '{"id":"m","via":"api"}' })
          .where('id', '=', id)
          .execute(),
    ],
    [
      'deleted',
      2,
      ({ database }, id) => database.kysely.deleteFrom('admin_audit').where('id', '=', id).execute(),
    ],
    [
      'cut off',
      5,
      ({ database }, id) => database.kysely.deleteFrom('admin_audit').where('id', '=', id).execute(),
    ],
  ])('an entry that was %s is found and named', async (_, nth, tamper) => {
    const { first, ...instance } = await withFive();
    await expect(tamper(instance, first + nth)).rejects.toThrow('append-only');
    await withoutTriggers(instance);
    await tamper(instance, first + nth);
    expect(await verifySqlAudit(instance.database)).toMatchObject({ ok: false, brokenAt: first + nth });
  });
});
