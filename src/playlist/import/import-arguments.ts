import { parseArgs } from 'node:util';

export type ImportArguments =
  | { readonly kind: 'help' }
  | { readonly kind: 'reset' }
  | { readonly kind: 'import'; readonly file: string; readonly append: boolean }
  | { readonly kind: 'misused'; readonly reason: string };

export const USAGE = `Usage: dj-toggle import FILE [--append]
       dj-toggle import --reset

FILE is your own playlist: JSON as in data/tracks.json, CSV with a header (Exportify's, or any with a
column for the track's name), or M3U8. A running site shows it at once.

  --replace  in the place of the list before (the default)
  --append   after the list before
  --reset    back to the list that ships
`;

export function importArguments(args: readonly string[]): ImportArguments {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        append: { type: 'boolean', default: false },
        replace: { type: 'boolean', default: false },
        reset: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false, short: 'h' },
      },
    });
    const { append, replace, reset, help } = values;
    const [file, ...more] = positionals;
    if (help) return { kind: 'help' };
    if ([append, replace, reset].filter(Boolean).length > 1) {
      return { kind: 'misused', reason: 'expected one of --append, --replace and --reset' };
    }
    if (reset)
      return file === undefined
        ? { kind: 'reset' }
        : { kind: 'misused', reason: 'expected no FILE with --reset' };
    if (file === undefined || file === '') return { kind: 'misused', reason: 'expected a FILE' };
    if (more.length > 0) return { kind: 'misused', reason: `expected one FILE, came ${positionals.length}` };
    return { kind: 'import', file, append };
  } catch (error) {
    return { kind: 'misused', reason: error instanceof Error ? error.message : String(error) };
  }
}
