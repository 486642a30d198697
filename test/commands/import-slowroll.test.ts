import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openInstance } from '../support/sql-stores.ts';
import { runCommand } from '../support/run-command.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

test('npm run import:slowroll makes flags and releases, or says all that is wrong', async () => {
  const folder = temporaryFolder();
  const file = join(folder, 'document.json');
  const instance = await openInstance({ kind: 'sqlite', file: join(folder, 'dj-toggle.db') });
  await instance.close();
  const run = (document: object) => {
    writeFileSync(file, JSON.stringify(document));
    return runCommand('src/commands/import-slowroll.ts', [file], { DATA_DIR: folder });
  };
  const entry = { stable: 'old', new: 'learned', end_time: '2100-01-15 12:00Z', duration: '14d' };
  const wrong = await run({ search: { ranking: { ...entry, end_time: 'soon' } } });
  expect(wrong).toMatchObject({ code: 2, stderr: expect.stringContaining('/search/ranking/end_time') });
  const done = await run({ search: { ranking: entry, settled: { stable: 1 } } });
  expect(done.stdout).toMatch(/^search\.ranking: release \S+\nsearch\.settled: skipped/);
  expect(done.code).toBe(0);
});
