import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { isDiskNearlyFull, isNearlyFull } from '../../../src/store/sql/free-space.ts';

const MIB_BLOCKS = { bsize: 1024 * 1024 };

test.each([
  ['a large disk with 64 MiB', { blocks: 100_000, bavail: 64 }, false],
  ['a large disk with less', { blocks: 100_000, bavail: 63 }, true],
  ['a disk of 100 MiB with five', { blocks: 100, bavail: 5 }, false],
  ['a disk of 100 MiB with four', { blocks: 100, bavail: 4 }, true],
])('%s left: only the reserve is left is %j', (_, disk, expected) => {
  expect(isNearlyFull({ ...MIB_BLOCKS, ...disk })).toBe(expected);
});

test('a disk of which the system says nothing is not full', () => {
  expect(isDiskNearlyFull(join(tmpdir(), 'there-is-no-such-folder'))).toBe(false);
});
