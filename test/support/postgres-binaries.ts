import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const DEBIAN_ROOT = '/usr/lib/postgresql';

/** The folder with `initdb` and `postgres`: `POSTGRES_BIN`, or the newest of Debian's; undefined where there is none. */
export function postgresBinaries(): string | undefined {
  const debian = existsSync(DEBIAN_ROOT)
    ? readdirSync(DEBIAN_ROOT)
        .toSorted((a, b) => Number(b) - Number(a))
        .map((version) => join(DEBIAN_ROOT, version, 'bin'))
    : [];
  return [process.env['POSTGRES_BIN'], ...debian].find(
    (folder) => folder !== undefined && existsSync(join(folder, 'initdb')),
  );
}
