import { describe, expect, test } from 'vitest';
import { cover } from '../../../src/http/site/cover.ts';

const NAMES = [
  'After Hours',
  'Arrival',
  '',
  '</svg><script>',
  '__proto__',
  '"><img src=x>',
  'éèê',
  '日本',
  'x'.repeat(10_000),
];

describe('a cover', () => {
  test.each(NAMES)('of %j is the same every time', (name) => {
    expect(cover(name)).toEqual(cover(name));
  });

  test.each(NAMES)('of %j is made of colours, letters and numbers only', (name) => {
    const { ground, ink, path } = cover(name);
    expect(ground).toMatch(/^#[0-9a-f]{6}$/);
    expect(ink).toMatch(/^#[0-9a-f]{6}$/);
    expect(path).toMatch(/^[MLHVAQTZhvaqt\d .-]+$/);
    expect(path).not.toMatch(/NaN|undefined|Infinity/);
  });

  test('keeps its face from release to release', () => {
    expect(cover('After Hours')).toMatchInlineSnapshot(`
      {
        "ground": "#7a2e3b",
        "ink": "#f4a56b",
        "path": "M50 14a36 36 0 1 1 0 72a43.2 43.2 0 0 1 0 -72Z",
      }
    `);
  });

  test('uses the whole palette and every figure over many albums', () => {
    const covers = Array.from({ length: 2_000 }, (_, index) => cover(`Album ${index}`));
    expect(new Set(covers.map(({ ground }) => ground)).size).toBe(16);
    expect(new Set(covers.map(({ path, ground }) => path + ground)).size).toBeGreaterThan(300);
  });
});
