import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const run = promisify(execFile);
const ROOT = join(import.meta.dirname, '..', '..', '..');

/** A program of somebody who installed the package: what `npm pack` makes, and what it depends on, in `node_modules`. */
async function installed(): Promise<string> {
  const folder = temporaryFolder();
  const { stdout } = await run('npm', ['pack', '--json', '--pack-destination', folder], { cwd: ROOT });
  const [{ filename }] = JSON.parse(stdout.slice(stdout.indexOf('['))) as [{ filename: string }];
  const modules = join(folder, 'node_modules');
  mkdirSync(join(modules, 'dj-toggle'), { recursive: true });
  await run('tar', [
    '-xzf',
    join(folder, filename),
    '-C',
    join(modules, 'dj-toggle'),
    '--strip-components=1',
  ]);
  const { dependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
    dependencies: Record<string, string>;
  };
  for (const name of Object.keys(dependencies).concat('@types/node', 'undici-types')) {
    mkdirSync(dirname(join(modules, name)), { recursive: true });
    symlinkSync(join(ROOT, 'node_modules', name), join(modules, name));
  }
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  return folder;
}

const PROGRAM = `
import { createEvaluator } from 'dj-toggle/evaluation';
import { LocalProvider, fixedFlags } from 'dj-toggle/openfeature';
import { Feature, Rollout } from 'dj-toggle/rollout';
import { SlowrollConfig } from 'dj-toggle/slowroll';
import { OpenFeature } from '@openfeature/server-sdk';

const flags = { f: { key: 'f', version: 1, on: true, variations: [true, false], fallthrough: { variation: 0 }, salt: '' } };
const evaluated = createEvaluator({ flags, segments: {} }).evaluate('f', { kind: 'user', key: 'alice' }, false);
await OpenFeature.setProviderAndWait(new LocalProvider(fixedFlags({ flags, segments: {} })));
const opened = await OpenFeature.getClient().getBooleanValue('f', false, { targetingKey: 'alice' });
const rollout = new Rollout();
await rollout.addFeature(new Feature('chat', { percentage: 100 }));
const can = await rollout.can({ id: 1 }, 'chat');
const document = JSON.stringify({ search: { ranking: { stable: 'a', new: 'b', end_time: '2020-01-02 00:00Z', duration: '1d' } } });
const config = new SlowrollConfig('values.json', null, { fetch: async () => ({ body: document, etag: '1' }) });
const ranking: unknown = await config.getValue('search', 'ranking', 'alice', 'none');
console.log(JSON.stringify([evaluated.value, opened, can, ranking]));
await OpenFeature.close();
`;

test('the installed package can be imported by its entry points, as JavaScript and with types', async () => {
  const folder = await installed();
  writeFileSync(join(folder, 'program.ts'), PROGRAM);
  const tsc = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
  const types = [
    '--strict',
    '--module',
    'nodenext',
    '--target',
    'es2024',
    '--skipLibCheck',
    '--types',
    'node',
  ];
  await run(process.execPath, [tsc, ...types, 'program.ts'], { cwd: folder });
  const { stdout } = await run(process.execPath, ['program.js'], { cwd: folder });
  expect(JSON.parse(stdout)).toEqual([true, true, true, 'b']);
});
