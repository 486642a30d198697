import { describe, expect, test } from 'vitest';
import {
  courseIn,
  planFieldsIn,
  planFieldsOf,
  rowsOf,
} from '../../../../src/http/dashboard/release/plan-fields.ts';
import { type Course, courseSchema } from '../../../../src/release/plan/plan-document.ts';
import { BUILT_IN_TEMPLATES } from '../../../../src/release/plan/templates.ts';

const WHOLE: Course = {
  stages: [
    { share: 0.5, hold: '90s' },
    { share: 12.345, hold: '1h 30m' },
  ],
  guards: [
    {
      metric: 'playlist-error',
      margin: { relative: 0.07 },
      action: 'pause',
      minimumListeners: 200,
    },
    { metric: 'skip', margin: { absolute: 0.003, within: '5m' }, action: 'rollback' },
  ],
  approvals: [1],
  freeze: [
    { days: ['friday', 'sunday'], from: '14:00', to: '24:00', timezone: 'Europe/Berlin' },
    { from: '22:00', to: '06:00' },
    { start: '2026-12-24T00:00:00Z', end: '2026-12-27T00:00:00+01:00' },
  ],
  holdback: { share: 2.5, watch: '2d' },
  alpha: 0.005,
  extendAtMost: '3h',
};

/** As a browser sends what stands in the fields. */
const sent = (course: Course) => courseSchema.parse(courseIn(planFieldsIn(planFieldsOf(course))).course);

describe('the form of a plan', () => {
  test.each([...BUILT_IN_TEMPLATES, { name: 'whole', course: WHOLE }])(
    'gives back what it was filled with: $name',
    ({ course }) => {
      const again = sent(course);
      // Defaults that a select shows are said aloud.
      const guards = course.guards?.map((guard) => ({ action: 'rollback', ...guard }));
      const said = again.guards?.map((guard) => ({ action: 'rollback', ...guard }));
      expect({ ...again, guards: said }).toEqual({ ...course, guards });
    },
  );

  test('leaves out empty rows, and counts approvals without them', () => {
    const fields = { 'share-0': '5', 'hold-0': '1m', 'share-3': '50,5', 'hold-3': '2m', 'approval-3': 'yes' };
    expect(courseIn(fields).course).toEqual({
      stages: [
        { share: 5, hold: '1m' },
        { share: 50.5, hold: '2m' },
      ],
      approvals: [1],
    });
  });

  test('takes the ramp where that is chosen, and stages otherwise', () => {
    const fields = { 'share-0': '5', 'hold-0': '1m', 'ramp-duration': '2h', 'ramp-from': '10' };
    expect(courseIn(fields).course).toEqual({ stages: [{ share: 5, hold: '1m' }] });
    expect(courseIn({ ...fields, rises: 'ramp' }).course).toEqual({
      ramp: { duration: '2h', startShare: 10 },
    });
  });

  test('knows days that are cut short, and says what is no window', () => {
    const { course, problems } = courseIn({ freeze: 'Fri, sat and sun 14:00-24:00\r\n\nwhenever\n' });
    expect(course).toEqual({
      stages: [],
      freeze: [{ days: ['friday', 'saturday', 'sunday'], from: '14:00', to: '24:00' }],
    });
    expect(problems).toEqual([
      { pointer: '/freeze/1', code: 'invalid_value', detail: expect.stringContaining('got "whenever"') },
    ]);
  });

  test('leaves what is no number to the check of the plan', () => {
    expect(courseIn({ 'share-0': 'half', 'hold-0': '1m' }).course).toEqual({
      stages: [{ share: 'half', hold: '1m' }],
    });
  });

  test('shows rows for more, as many as a plan may have', () => {
    expect(rowsOf({}, 'share')).toEqual([0, 1]);
    expect(rowsOf({ 'share-2': '5' }, 'share')).toHaveLength(5);
    expect(rowsOf({ 'metric-9': 'skip' }, 'metric')).toHaveLength(10);
  });

  test.each([[undefined], ['text'], [null], [{ 'share-0': ['5', '6'] }]])(
    'takes nothing from what is no form: %j',
    (body) => {
      expect(planFieldsIn(body)).toEqual({});
    },
  );
});
