import { copyFileSync, cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from './temporary-folder.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const FILES = ['package.json', 'playlist.json', 'data/tracks.json', 'data/flags.json'] as const;

/** A `packageDir` of the test's own: the files that ship, some of which may say something else. */
export function packageCopy(
  changed: { readonly [File in (typeof FILES)[number]]?: string | Buffer } = {},
): string {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'data'));
  cpSync(join(ROOT, 'public'), join(folder, 'public'), { recursive: true });
  for (const file of FILES) {
    const content = changed[file];
    if (content === undefined) copyFileSync(join(ROOT, file), join(folder, file));
    else writeFileSync(join(folder, file), content);
  }
  return folder;
}
