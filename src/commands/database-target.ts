import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { configFromProcess } from '../app/config.ts';
import type { DatabaseTarget } from '../store/sql/database.ts';

/**
 * The database that the service on this machine uses.
 *
 * @throws Error when it is SQLite and the service never ran: opening would make an empty one
 */
export function databaseTarget(): DatabaseTarget {
  const { dataDir, databaseUrl } = configFromProcess();
  if (databaseUrl !== undefined) return { kind: 'postgres', url: databaseUrl };
  const file = join(dataDir, 'dj-toggle.db');
  if (!existsSync(file)) throw new Error(`there is no database at ${file}`);
  return { kind: 'sqlite', file };
}
