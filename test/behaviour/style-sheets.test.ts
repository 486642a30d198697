import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

const css = readFileSync(join(import.meta.dirname, '..', '..', 'public', 'tokens.css'), 'utf8');
const [night = '', day = ''] = css.split('@media (prefers-color-scheme: light)');

const coloursOf = (text: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    [...text.matchAll(/--([\w-]+): (#[0-9a-f]{6});/g)].map(([, name = '', value = '']) => [name, value]),
  );

const THEMES = { night: coloursOf(night), day: { ...coloursOf(night), ...coloursOf(day) } } as const;

/** Relative luminance and contrast: https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio */
function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const channel = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one: string, other: string): number {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].toSorted((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

const AA_TEXT = 4.5;
const AA_EDGE = 3;

const SURFACES = ['ground', 'raised', 'sunken'];
const INKS = ['text', 'quiet', 'lamp-ink', 'control-ink', 'treatment-ink', 'trouble-ink'];
const LIGHTS = ['lamp', 'control', 'treatment', 'trouble'];

const PAIRS = [
  ...SURFACES.flatMap((surface) => INKS.map((ink) => [ink, surface, AA_TEXT] as const)),
  ...LIGHTS.map((light) => [`on-${light}`, light, AA_TEXT] as const),
  ...SURFACES.map((surface) => ['edge', surface, AA_EDGE] as const),
];

describe.each(Object.entries(THEMES))('by %s', (_theme, colours) => {
  test.each(PAIRS)('%s on %s has a contrast of at least %d', (ink, surface, least) => {
    expect(contrast(colours[ink] ?? 'missing', colours[surface] ?? 'missing')).toBeGreaterThanOrEqual(least);
  });
});

test('the measure is the standard’s', () => {
  expect(contrast('#000000', '#ffffff')).toBeCloseTo(21);
  expect(contrast('#777777', '#ffffff')).toBeCloseTo(4.48, 2);
});

const ROOT = join(import.meta.dirname, '..', '..');
const filesOf = (pattern: string): readonly string[] => globSync(pattern, { cwd: ROOT });
const linesOf = (file: string): readonly string[] => readFileSync(join(ROOT, file), 'utf8').split('\n');

const BREAKPOINTS = new Set(['30rem', '46rem', '62rem']);

test.each(filesOf('public/*.css'))('%s has no breakpoint but those of the one scale', (file) => {
  const others = linesOf(file)
    .flatMap((line) => /@media \((?:max-|min-)?width[^)]*?([\d.]+\w+)\)/.exec(line)?.[1] ?? [])
    .filter((width) => !BREAKPOINTS.has(width));
  expect(others).toEqual([]);
});

test.each(filesOf('views/**/*.ejs'))('%s has no line over 140 characters', (file) => {
  expect(linesOf(file).filter((line) => line.length > 140)).toEqual([]);
});

test.each(filesOf('public/*.js'))('%s is checked by the compiler', (file) => {
  expect(linesOf(file)[0]).toBe('// @ts-check');
});
