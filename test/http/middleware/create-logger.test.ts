import { randomBytes } from 'node:crypto';
import { beforeEach, describe, expect, test } from 'vitest';
import { createLogger } from '../../../src/http/middleware/create-logger.ts';
import { generateKey } from '../../../src/access/key-format.ts';

let written: string[];
const destination = { write: (line: string): void => void written.push(line) };
const lines = (): Record<string, unknown>[] =>
  written.map((line) => JSON.parse(line) as Record<string, unknown>);

beforeEach(() => {
  written = [];
});

describe('no key is ever written', () => {
  const keys = (['admin', 'sdk', 'mobile'] as const).map((kind) => generateKey(kind, randomBytes));
  const configured = 'the "first" token\\of all';
  const everyKey = [...keys, configured];

  test.each(everyKey.map((key) => [key.slice(0, 8), key]))('%s…', (_start, key) => {
    const log = createLogger({ level: 'trace', destination, secrets: [configured], now: Date.now });
    log.info({ req: { headers: { authorization: key, cookie: `a=${key}` } } }, 'request');
    log.info({ headers: { 'x-api-key': key, 'set-cookie': [key] } }, 'answer');
    log.info(
      { authorization: `Bearer ${key}`, url: `/all?auth=${key}`, deep: { er: [{ key }] } },
      `with ${key}`,
    );
    log.error({ err: new Error(`cannot use ${key}`, { cause: new Error(key) }) }, 'failed');
    log.child({ key }).warn('child');
    expect(written).toHaveLength(5);
    for (const part of [key, JSON.stringify(key).slice(1, -1)]) expect(written.join('')).not.toContain(part);
    expect(() => lines()).not.toThrow();
  });
});

test.each([
  ['line breaks', 'a\r\n{"level":"error","msg":"forged"}'],
  ['terminal colours', '\u001b[31mred\u001b[0m'],
  ['a NUL', 'a\0b'],
])('%s stay inside their one line', (_what, text) => {
  const log = createLogger({ level: 'info', destination, now: Date.now });
  log.warn({ name: text }, text);
  expect(written).toHaveLength(1);
  expect(written[0]?.trimEnd()).not.toMatch(/\p{Cc}/u);
  expect(lines()[0]).toMatchObject({ level: 'warn', name: text, msg: text });
});

test('lines carry a level by name and a time in ISO 8601', () => {
  const log = createLogger({ level: 'warn', destination, now: Date.now });
  log.info({}, 'too quiet');
  log.warn({}, 'heard');
  expect(lines()).toEqual([
    { level: 'warn', time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/), msg: 'heard' },
  ]);
});
