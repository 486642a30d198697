import { expect, test } from 'vitest';
import { focusAfter } from '../../../../src/http/dashboard/targeting/focus-after.ts';

const rules = (...clauses: readonly number[]) =>
  clauses.map((count) => ({ clauses: Array.from({ length: count }) }));

test.each([
  ['add-rule', rules(1, 1), 'clause-1-0-attribute'],
  ['remove-rule:1', rules(1), 'remove-0'],
  ['remove-rule:0', rules(), 'add-rule'],
  ['up:2', rules(1, 1, 1), 'up-1'],
  ['up:1', rules(1, 1, 1), 'down-0'],
  ['down:0', rules(1, 1, 1), 'down-1'],
  ['down:1', rules(1, 1, 1), 'up-2'],
  ['move:0:2', rules(1, 1, 1), 'remove-2'],
  ['add-clause:0', rules(2), 'clause-0-1-attribute'],
  ['remove-clause:0:1', rules(1), 'clause-0-0-remove'],
  ['remove-clause:0:0', rules(0), 'add-clause-0'],
  ['review', rules(1), undefined],
])('after %s the focus is on a control that works on', (action, after, id) => {
  expect(focusAfter(action, after)).toBe(id);
});
