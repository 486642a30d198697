import { createRequire } from 'node:module';
import type Sqlite from 'better-sqlite3';
import type * as Memjs from 'memjs';
import type * as Pg from 'pg';

interface OptionalPackages {
  readonly 'better-sqlite3': typeof Sqlite;
  readonly memjs: typeof Memjs;
  readonly pg: typeof Pg;
}

const load = createRequire(import.meta.url);

/**
 * A package that only one kind of storage needs: who uses another one need not install it.
 * @throws Error that says what to install
 */
export function optionalPackage<Name extends keyof OptionalPackages>(name: Name): OptionalPackages[Name] {
  try {
    return load(name);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'MODULE_NOT_FOUND')) throw error;
    throw new Error(`this storage needs the package ${name}: npm install ${name}`, { cause: error });
  }
}
