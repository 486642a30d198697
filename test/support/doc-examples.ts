import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { stripTypeScriptTypes } from 'node:module';

const ROOT = join(import.meta.dirname, '../..');

export interface DocExample {
  /** What the docstring documents. */
  readonly name: string;
  /** Statements, one to a line; `// → value` after one says what it gives. */
  readonly lines: readonly string[];
}

/** The `@example` blocks of the docstrings in a file of the project. */
export function docExamples(file: string): readonly DocExample[] {
  const source = readFileSync(join(ROOT, file), 'utf8');
  const docstrings = source.matchAll(/\/\*\*((?:(?!\*\/)[^])*)\*\/\s*(?:export )?(?:async )?\w+ (\w+)/g);
  return [...docstrings].flatMap(([, text = '', name = '']) => {
    const [, example] = text.split(/\* @example\n/);
    if (example === undefined) return [];
    const lines = example.split('\n').map((line) => line.replace(/^\s*\* ?/, ''));
    return [{ name, lines: lines.filter((line) => line.trim() !== '' && !line.startsWith('@')) }];
  });
}

/**
 * Runs an example, with everything that some modules of the project export in scope.
 * @returns each commented value beside the value that came
 */
export async function runExample(
  { lines }: DocExample,
  modules: readonly string[],
): Promise<readonly { readonly line: string; readonly expected: unknown; readonly actual: unknown }[]> {
  const scope: Record<string, unknown> = {};
  for (const module of modules) Object.assign(scope, await import(pathToFileURL(join(ROOT, module)).href));
  const results: { line: string; expected: unknown; actual: unknown }[] = [];
  scope['check'] = (line: string, actual: unknown, expected: unknown): void =>
    void results.push({ line, actual, expected });
  const body = lines.map((line) => {
    const [, statement, value] = /^(.*?);\s*\/\/ → (.*)$/.exec(line) ?? [];
    return statement === undefined ? line : `check(${JSON.stringify(line)}, ${statement}, ${value});`;
  });
  const code = `async ({ ${Object.keys(scope).join(', ')} }) => {\n${body.join('\n')}\n}`;
  const file = `data:text/javascript,${encodeURIComponent(stripTypeScriptTypes(`export const example = ${code};`))}`;
  const { example }: { example: (names: object) => Promise<void> } = await import(/* @vite-ignore */ file);
  await example(scope);
  return results;
}
