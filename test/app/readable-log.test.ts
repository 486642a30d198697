import { expect, test } from 'vitest';
import { readableLog } from '../../src/app/readable-log.ts';
import { createLogger } from '../../src/http/middleware/create-logger.ts';

test.each([
  ['a request', { status: 200, path: '/' }, /^\d\d:\d\d:\d\d info {2}said status=200 path=\/\n$/],
  ['a list', { keys: ['a', 'b'] }, /said keys=\["a","b"\]\n$/],
  ['an error, with its stack', { err: new Error('broken') }, /said\nError: broken\n {4}at /],
])('%s is a line that a person reads', (_what, fields, expected) => {
  let text = '';
  const terminal = { write: (more: string) => (text += more) };
  createLogger({ level: 'info', destination: readableLog(terminal), now: Date.now }).info(fields, 'said');
  expect(text).toMatch(expected);
});

test('what is no line of the program’s is left as it is', () => {
  let text = '';
  const log = readableLog({ write: (more: string) => (text += more) });
  for (const foreign of ['not JSON\n', '{"level":30}\n']) log.write(foreign);
  expect(text).toBe('not JSON\n{"level":30}\n');
});
