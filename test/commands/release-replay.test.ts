import { join } from 'node:path';
import { expect, test } from 'vitest';
import { listeners, releaseBench } from '../release/run/release-bench.ts';
import { runCommand } from '../support/run-command.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

test('npm run release:replay makes every decision of a release again, and says which come out otherwise', async () => {
  const folder = temporaryFolder();
  const bench = await releaseBench({ kind: 'sqlite', file: join(folder, 'dj-toggle.db') });
  const id = await bench.create({
    guards: [{ metric: 'playlist-error' }],
    stages: [{ share: 50, hold: '10m' }],
  });
  await bench.watch(1_000);
  await bench.visit(listeners(200), (isTreated) => isTreated);
  await bench.watch(1_000);
  const replay = (release: string) =>
    runCommand('src/commands/release-replay.ts', [release], { DATA_DIR: folder });

  const same = await replay(id);
  expect(same.stdout).toMatch(
    /^1 {2}\S+ {2}started {2}same\n.*\n2 {2}\S+ {2}rolled-back {2}same\n {3}Rolled back: playlist-error/,
  );
  expect(same.code).toBe(0);

  await bench.database.write((db) =>
    db
      .updateTable('release_decisions')
      .set((column) => ({
        record: column.fn<string>('replace', [
          'record',
          column.val('"verdict":"tripped"'),
          column.val('"verdict":"passes"'),
        ]),
      }))
      .where('action', '=', 'rolled-back')
      .execute(),
  );
  const different = await replay(id);
  expect(different.stdout).toMatch(/rolled-back {2}DIFFERENT: playlist-error is tripped/);
  expect(different.code).toBe(1);

  const none = await replay('none');
  expect(none.stderr).toContain('there is no release "none"');
  expect(none.code).toBe(2);
});
