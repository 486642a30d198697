import { globSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { docExamples, runExample } from '../../support/doc-examples.ts';

const ROOT = join(import.meta.dirname, '../../..');
const MODULES = [
  'src/library/evaluation/index.ts',
  'src/library/rollout/index.ts',
  'src/library/slowroll/index.ts',
  'src/library/openfeature/index.ts',
  'src/evaluation/patched-map.ts',
];
const examples = globSync('src/{library,evaluation,launchdarkly,openfeature}/**/*.ts', { cwd: ROOT })
  .toSorted()
  .flatMap((file) => docExamples(file).map((example) => ({ file, ...example })));

describe('the examples of the library and the evaluator', () => {
  test.each(examples)('$file: $name gives what its example says', async (example) => {
    const results = await runExample(example, MODULES);
    expect(results.map(({ line, actual }) => ({ line, value: actual }))).toEqual(
      results.map(({ line, expected }) => ({ line, value: expected })),
    );
  });

  test.each([
    'createEvaluator',
    'lintFlag',
    'lintSegment',
    'flagPayload',
    'Rollout',
    'Feature',
    'SlowrollConfig',
    'LocalProvider',
    'launchDarklyBucket',
  ])('%s has an example', (name) => {
    expect(examples.map((example) => example.name)).toContain(name);
  });
});
