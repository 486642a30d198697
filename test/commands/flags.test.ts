import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openInstance, until } from '../support/sql-stores.ts';
import { runCommand } from '../support/run-command.ts';
import { DEFAULT_ENVIRONMENT } from '../../src/store/store.ts';
import { AUTHOR, putFlag } from '../support/store-contract.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

test('flags are listed, shown and turned off beside a program that runs, which hears of it', async () => {
  const folder = temporaryFolder();
  const instance = await openInstance({ kind: 'sqlite', file: join(folder, 'dj-toggle.db') });
  await instance.store.change(AUTHOR, putFlag('encore'));
  const flags = (...args: readonly string[]) =>
    runCommand('src/commands/flags.ts', args, { DATA_DIR: folder });

  expect((await flags()).stdout).toMatch(/^encore +on\b/m);
  expect(JSON.parse((await flags('show', 'encore')).stdout)).toMatchObject({ key: 'encore', on: true });
  expect(await flags('off', 'encore')).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^encore +off/),
  });
  await until(
    instance.store,
    (store) => store.snapshot(DEFAULT_ENVIRONMENT)?.flags.get('encore')?.definition.on === false,
  );
  const [latest] = await instance.store.audit({ limit: 1 });
  expect(latest?.author.id).toBe('dj-toggle flags');

  for (const [args, problem] of [
    [['off', 'absent'], 'there is no flag "absent" in default/production'],
    [['upside-down', 'encore'], 'expected show, on or off, and one flag'],
  ] as const)
    expect(await flags(...args)).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining(problem),
    });
  await instance.close();
}, 60_000);
