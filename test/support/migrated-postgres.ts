import { openDatabase } from '../../src/store/sql/database.ts';
import { usePostgres } from './postgres.ts';

/** Fresh databases that the program has been started on once: copies of one, since migrating takes longer than copying. */
export function useMigratedPostgres(): () => Promise<string> {
  const postgres = usePostgres();
  let template: Promise<string> | undefined;
  const migrated = async (): Promise<string> => {
    const url = await (await postgres()).freshDatabase();
    const database = await openDatabase({ kind: 'postgres', url });
    await database.close();
    return url;
  };
  return async () => {
    template ??= migrated();
    return await (await postgres()).freshDatabase(await template);
  };
}
