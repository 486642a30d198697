import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { runCommand } from '../support/run-command.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const COMMANDS = globSync('src/commands/*.ts', { cwd: ROOT }).filter(
  (file) => !file.endsWith('/command-line.ts'),
);
const { scripts } = z
  .object({ scripts: z.record(z.string(), z.string()) })
  .parse(JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')));

test.each(['bin/dj-toggle.js', ...COMMANDS])(
  '%s --help prints how to use it, and does nothing else',
  async (file) => {
    expect(await runCommand(file, ['--help'])).toEqual({
      code: 0,
      stdout: expect.stringMatching(/^Usage: (?:dj-toggle|npm run)\b/),
      stderr: '',
    });
  },
);

test.each(['bin/dj-toggle.js', ...COMMANDS])('%s refuses an option that it does not have', async (file) => {
  const { code, stdout, stderr } = await runCommand(file, ['--no-such-option']);
  expect([code, stdout]).toEqual([64, '']);
  expect(stderr).toContain('--no-such-option');
});

test.each(COMMANDS)('%s is a script of npm', (file) => {
  expect(Object.values(scripts)).toContain(`node ${file}`);
});

test.each(['src/commands/login.ts', 'src/commands/audit-verify.ts'])(
  '%s names a variable that is not valid, and a database that is not there',
  async (file) => {
    const invalid = await runCommand(file, [], { PORT: 'abc' });
    expect([invalid.code, invalid.stderr]).toEqual([78, expect.stringMatching(/^PORT: expected /)]);
    const absent = await runCommand(file, [], { DATA_DIR: '/nowhere' });
    expect([absent.code, absent.stderr]).toEqual([
      2,
      'there is no database at /nowhere/dj-toggle.db; the first start makes it\n',
    ]);
  },
);

test('bin/dj-toggle.js has every command but the one for vectors, which is for those who change the statistics', () => {
  const bin = readFileSync(join(ROOT, 'bin', 'dj-toggle.js'), 'utf8');
  const named = [...bin.matchAll(/^ {2}\[\s*'([\w-]+)',\s*'(commands\/[\w-]+)'/gm)].map(
    ([, name = '', file = '']) => [name, `src/${file}.ts`] as const,
  );
  expect(named.map(([, file]) => file).toSorted()).toEqual(
    COMMANDS.filter((file) => file !== 'src/commands/vectors.ts').toSorted(),
  );
  const usages = readFileSync(join(ROOT, 'src/playlist/import/import-arguments.ts'), 'utf8');
  for (const [name, file] of named)
    expect(readFileSync(join(ROOT, file), 'utf8') + usages).toMatch(
      new RegExp(`Usage: dj-toggle ${name}\\b`),
    );
});

test('bin/dj-toggle.js runs a command with its arguments, and refuses one that it does not have', async () => {
  expect(await runCommand('bin/dj-toggle.js', ['backup', '--no-such-option'])).toMatchObject({
    code: 64,
    stderr: expect.stringMatching(/--no-such-option[^]*Usage: dj-toggle backup FILE/),
  });
  expect(await runCommand('bin/dj-toggle.js', ['encore'])).toMatchObject({
    code: 64,
    stderr: expect.stringMatching(/^dj-toggle: encore: there is no such command\n/),
  });
});
