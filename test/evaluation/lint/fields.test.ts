import { describe, expect, test } from 'vitest';
import { lintFlag } from '../../../src/evaluation/lint/lint-flag.ts';
import { lintSegment } from '../../../src/evaluation/lint/lint-segment.ts';
import { flag, segment, segmentClause, segmentRule } from '../../support/flag-builders.ts';

const NOBODY = { flags: {}, segments: {} };

/** JSON that JavaScript cannot turn into text: the attempt throws. */
const UNWRITABLE: unknown = JSON.parse('{"toString":1,"valueOf":{}}');

describe('lint never turns what it is given into text on its own', () => {
  test('neither the kind of a target', () => {
    const target = { contextKind: UNWRITABLE, variation: 0, values: ['anna', 'anna'] };
    const findings = lintFlag(flag({ contextTargets: [target, target] }), NOBODY);
    expect(findings.map(({ code, pointer }) => [code, pointer])).toEqual([
      ['invalid_kind', '/contextTargets/0/contextKind'],
      ['invalid_kind', '/contextTargets/1/contextKind'],
      ['duplicate_target', '/contextTargets/1/values'],
    ]);
  });

  test('nor the key of a segment that asks for one without a key', () => {
    const given = segment({ key: UNWRITABLE, rules: [segmentRule([segmentClause([''])])] });
    expect(lintSegment(given, NOBODY).map(({ code, pointer }) => [code, pointer])).toEqual([
      ['invalid_type', '/key'],
      ['unknown_segment', '/rules/0/clauses/0/values/0'],
      ['cycle', '/rules/0'],
    ]);
  });

  test('nor the key of a flag that requires one without a key', () => {
    const given = flag({ key: UNWRITABLE, prerequisites: [{ key: '', variation: 0 }] });
    expect(lintFlag(given, NOBODY).map(({ code, pointer }) => [code, pointer])).toEqual([
      ['invalid_type', '/key'],
      ['cycle', '/prerequisites/0'],
    ]);
  });
});

describe('integers that some SDK cannot hold are errors', () => {
  const seeded = (seed: number): object => ({
    fallthrough: { rollout: { seed, variations: [{ variation: 0, weight: 100_000 }] } },
  });
  const pointers = (findings: ReturnType<typeof lintFlag>): readonly string[] =>
    findings.filter(({ severity }) => severity === 'error').map(({ pointer }) => pointer);

  test.each<readonly [string, object, object, string]>([
    ['a seed (Java: 32 bits)', seeded(-(2 ** 31 - 1)), seeded(2 ** 31), '/fallthrough/rollout/seed'],
    [
      'samplingRatio (Rust: 32 bits, unsigned)',
      { samplingRatio: 2 ** 32 - 1 },
      { samplingRatio: 2 ** 32 },
      '/samplingRatio',
    ],
    [
      'migration.checkRatio (Rust: 32 bits, unsigned)',
      { migration: { checkRatio: 2 ** 32 - 1 } },
      { migration: { checkRatio: 2 ** 32 } },
      '/migration/checkRatio',
    ],
  ])('%s of a flag', (_, largest, tooLarge, pointer) => {
    expect(pointers(lintFlag(flag(largest), NOBODY))).toEqual([]);
    expect(pointers(lintFlag(flag(tooLarge), NOBODY))).toEqual([pointer]);
  });

  test('the generation of a segment (Java: 32 bits)', () => {
    const big = (generation: number) => segment({ unbounded: true, generation });
    expect(pointers(lintSegment(big(2 ** 31 - 1), NOBODY))).toEqual([]);
    expect(pointers(lintSegment(big(2 ** 31), NOBODY))).toEqual(['/generation']);
  });
});
