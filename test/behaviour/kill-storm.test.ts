import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { openInstance } from '../support/sql-stores.ts';

const ROUNDS = 20;
const WRITER = join(import.meta.dirname, '..', 'support', 'kill-storm-writer.ts');

const acknowledgement = z.object({
  auditId: z.number(),
  key: z.string(),
  version: z.number(),
  value: z.number(),
});
type Acknowledgement = z.infer<typeof acknowledgement>;

let folder: string;
const running = new Set<ChildProcess>();
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dj-kill-'));
});
afterEach(() => {
  for (const child of running) child.kill('SIGKILL');
  rmSync(folder, { recursive: true });
});

function startWriter(file: string) {
  const child = spawn(process.execPath, [WRITER, file], { stdio: ['pipe', 'pipe', 'inherit'] });
  running.add(child);
  child.once('exit', () => running.delete(child));
  return child;
}

/** Lets it write until so many changes were acknowledged, then ends it in the middle of the next. */
async function storm(
  child: ReturnType<typeof startWriter>,
  acknowledgements: number,
): Promise<readonly Acknowledgement[]> {
  const gone = once(child, 'exit');
  const acknowledged: Acknowledgement[] = [];
  child.stdin.write('go\n');
  for await (const line of createInterface({ input: child.stdout })) {
    acknowledged.push(acknowledgement.parse(JSON.parse(line)));
    if (acknowledged.length === acknowledgements) child.kill('SIGKILL');
  }
  const [code, signal]: unknown[] = await gone;
  expect([code, signal]).toEqual([null, 'SIGKILL']);
  return acknowledged;
}

describe('killed without warning in a storm of writes', () => {
  test(
    `${ROUNDS} times over: the database opens, every acknowledged change is there, the audit log verifies`,
    { timeout: 90_000 },
    async () => {
      const file = join(folder, 'dj-toggle.db');
      let next = startWriter(file);
      for (let round = 0; round < ROUNDS; round += 1) {
        const child = next;
        const storming = storm(child, 10 + ((round * 37) % 90));
        // The next one loads its modules meanwhile, and waits for its turn.
        if (round + 1 < ROUNDS) next = startWriter(file);
        const acknowledged = await storming;

        const instance = await openInstance({ kind: 'sqlite', file });
        const { store, database } = instance;
        const ids = acknowledged.map(({ auditId }) => auditId);
        const kept = await database.kysely
          .selectFrom('audit')
          .select(['id', 'key', 'after'])
          .where('id', 'in', ids)
          .orderBy('id')
          .execute();
        expect(
          kept.map(({ id, key, after }) => {
            const { version, definition } = z
              .object({ version: z.number(), definition: z.object({ variations: z.array(z.number()) }) })
              .parse(JSON.parse(after ?? 'null'));
            return { auditId: id, key, version, value: definition.variations[1] };
          }),
        ).toEqual(acknowledged.toSorted((a, b) => a.auditId - b.auditId));
        for (const { key, version } of acknowledged) {
          const flag = store.snapshot({ project: 'default', environment: 'production' })?.flags.get(key);
          expect(flag?.version).toBeGreaterThanOrEqual(version);
        }
        expect(await store.verifyAudit()).toMatchObject({ ok: true });
        await instance.close();
      }
    },
  );
});
