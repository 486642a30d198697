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
      stdout: expect.stringMatching(/^Usage: npm (?:run|start)\b/),
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
