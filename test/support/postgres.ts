import { afterAll } from 'vitest';
import { type PostgresServer, startPostgres } from './postgres-server.ts';

let shared: Promise<PostgresServer> | undefined;

/** One server for the whole test file, started when it is first needed and ended after the last test. */
export function usePostgres(): () => Promise<PostgresServer> {
  afterAll(async () => {
    const server = await shared;
    shared = undefined;
    await server?.remove();
  });
  return () => (shared ??= startPostgres());
}
