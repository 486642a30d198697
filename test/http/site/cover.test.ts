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
        "ground": "#6b4a3a",
        "ink": "#9fd0c7",
        "path": "M36 46a34 34 0 1 0 68 0a34 34 0 1 0 -68 0ZM0 78h100v4h-100Z",
      }
    `);
  });

  test('uses the whole palette and every figure over many albums', () => {
    const covers = Array.from({ length: 2_000 }, (_, index) => cover(`Album ${index}`));
    expect(new Set(covers.map(({ ground }) => ground)).size).toBe(16);
    expect(new Set(covers.map(({ path, ground }) => path + ground)).size).toBeGreaterThan(300);
  });
});
