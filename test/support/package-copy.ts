import { copyFileSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from './temporary-folder.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const LINKED = ['src', 'views', 'public', 'node_modules', 'package.json'];
const DATA = ['playlist.json', 'data/tracks.json', 'data/flags.json'] as const;

/** Node keeps to the names of this folder and does not follow them to the package itself. */
export const STAY_IN_COPY = ['--preserve-symlinks', '--preserve-symlinks-main'];

/** A folder that looks like this package, in which what ships says something else. */
export function packageCopy(changed: { readonly [File in (typeof DATA)[number]]?: string | Buffer }): string {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'data'));
  for (const name of LINKED) symlinkSync(join(ROOT, name), join(folder, name));
  for (const file of DATA) {
    const content = changed[file];
    if (content === undefined) copyFileSync(join(ROOT, file), join(folder, file));
    else writeFileSync(join(folder, file), content);
  }
  return folder;
}
