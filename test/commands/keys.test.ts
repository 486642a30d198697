import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createKeys } from '../../src/access/keys.ts';
import { openInstance } from '../support/sql-stores.ts';
import { runCommand } from '../support/run-command.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

test('keys are made, listed without themselves, and revoked', async () => {
  const folder = temporaryFolder();
  const instance = await openInstance({ kind: 'sqlite', file: join(folder, 'dj-toggle.db') });
  const keys = (...args: readonly string[]) => runCommand('src/commands/keys.ts', args, { DATA_DIR: folder });

  const made = await keys('create', 'admin', '--role', 'operator', '--name', 'deploys');
  const [line = '', plain = ''] = made.stdout.split('\n');
  expect(line).toMatch(/^key_\w+ +admin +operator +\S+ +deploys$/);
  const running = await createKeys({
    database: instance.database,
    now: Date.now,
    random: randomBytes,
    pollMs: null,
  });
  expect(await running.verify(plain)).toMatchObject({ outcome: 'valid', key: { role: 'operator' } });

  const id = line.split(' ')[0] ?? '';
  expect((await keys('revoke', id)).stdout).toBe(`revoked: ${id}\n`);
  await running.refresh();
  expect(await running.verify(plain)).toEqual({ outcome: 'invalid' });
  const { stdout: listed } = await keys();
  expect(listed).toMatch(/deploys {2}not valid any more\n/);
  expect(listed).not.toContain(plain);

  for (const [args, problem] of [
    [['create', 'encore', '--name', 'x'], 'KIND: expected one of admin, sdk, mobile, client-side-id'],
    [['create', 'sdk'], '--name: expected the name of the key'],
    [['revoke', 'key_absent'], 'there is no key key_absent'],
  ] as const)
    expect(await keys(...args)).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining(problem),
    });
  await running.close();
  await instance.close();
}, 60_000);
