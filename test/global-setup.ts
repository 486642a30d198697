import { chromiumPath } from './support/chromium.ts';
import { memcachedPath } from './support/memcached.ts';
import { postgresBinaries } from './support/postgres-binaries.ts';

/** Says loudly, once, what this machine lacks; with CI=true that is a failure instead. */
export default function setup(): void {
  const missing = [
    ...(chromiumPath() === undefined ? ['Chromium (browser tests)'] : []),
    ...(memcachedPath() === undefined ? ['memcached (one of the storages of the rollout library)'] : []),
    ...(postgresBinaries() === undefined ? ['PostgreSQL (store tests on a real server)'] : []),
  ];
  if (missing.length === 0) return;
  const message = `not on this machine, so its tests are skipped: ${missing.join(', ')}`;
  if (process.env['CI'] === 'true') throw new Error(`CI must skip nothing, but ${message}`);
  process.stderr.write(`\n*** ${message} ***\n\n`);
}
