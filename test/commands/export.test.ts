import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { exportText } from '../../src/store/export-text.ts';
import { openInstance } from '../support/sql-stores.ts';
import { runCommand } from '../support/run-command.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

test('the exported file is what GET /export gives', async () => {
  const folder = temporaryFolder();
  const instance = await openInstance({ kind: 'sqlite', file: join(folder, 'dj-toggle.db') });
  const file = join(folder, 'flags.json');
  expect(await runCommand('src/commands/export.ts', [file], { DATA_DIR: folder })).toMatchObject({
    code: 0,
    stdout: `written: ${file}\n`,
  });
  expect(readFileSync(file, 'utf8')).toBe(exportText(instance.store));
  await instance.close();
});
