import { fc } from '../../support/seeded-fast-check.ts';
import { describe, expect, test } from 'vitest';
import { parseJson } from '../../../src/http/input/json-body.ts';
import { scanJson } from '../../../src/http/input/json-scan.ts';
import { Problem } from '../../../src/http/problems/problem.ts';

const ALPHABET = ['{', '}', '[', ']', '"', ',', ':', '\\', ' ', '\n', '-', '0', '1', 'e', '.', 'true', '\0'];

describe('the scan before JSON.parse', () => {
  test('finds nothing in what JSON.stringify writes, and the value comes back equal', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), (value) => {
        const text = JSON.stringify(value);
        fc.pre(!text.includes('__proto__') && !text.includes('\\u0000') && !/\\ud[89ab]/i.test(text));
        fc.pre(!/\d{16}/.test(text));
        expect(scanJson(text)).toBeUndefined();
        expect(JSON.stringify(parseJson(Buffer.from(text)))).toBe(text);
      }),
    );
  });

  test('ends on any text at all, and what gets past it is JSON', () => {
    const soup = fc.string({ unit: fc.constantFrom(...ALPHABET), maxLength: 60 });
    fc.assert(
      fc.property(soup, (text) => {
        try {
          parseJson(Buffer.from(text));
        } catch (error) {
          expect(error).toBeInstanceOf(Problem);
          return;
        }
        expect(() => JSON.parse(text) as unknown).not.toThrow();
      }),
    );
  });

  test('takes time in line with the length, also of one long string of quotes and backslashes', () => {
    const text = `"${'\\\\'.repeat(500_000)}"`;
    expect(scanJson(text)?.code).toBe('invalid_string');
    expect(scanJson(`"${'\\'.repeat(1_000_000)}`)?.code).toBe('invalid_string');
    expect(scanJson('"\\'.repeat(200_000))).toBeDefined();
  });
});
