import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

const root = join(import.meta.dirname, '..', '..', '..');
const views = globSync('views/**/*.ejs', { cwd: root });
const read = (file: string): string => readFileSync(join(root, file), 'utf8');

describe('the views', () => {
  test.each(views)('%s writes unescaped only what it includes', (file) => {
    expect([...read(file).matchAll(/<%-(?!\s*include\()[^%]*/g)].map(String)).toEqual([]);
  });

  test.each(views)('%s has no inline script, style or handler', (file) => {
    expect(read(file)).not.toMatch(/<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=/i);
  });

  test.each([...views, ...globSync('public/*.{css,js,svg}', { cwd: root })])(
    '%s asks no other host',
    (file) => {
      expect(read(file).replaceAll('http://www.w3.org/2000/svg', '')).not.toMatch(
        /(https?:)?\/\/[a-z0-9-]+\.[a-z]/i,
      );
    },
  );
});
