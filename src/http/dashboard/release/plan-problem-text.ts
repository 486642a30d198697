import type { PlanProblem } from '../../../release/plan/check-plan.ts';

/** Of the fields as the form labels them. */
const NAMES: Readonly<Record<string, string>> = {
  from: 'Everybody has',
  to: 'What is released',
  template: 'Plan',
  start: 'Start',
  rule: 'Rule',
  flag: 'Flag',
  stages: 'Stage',
  guards: 'Guard',
  freeze: 'Freeze window',
  approvals: 'Approval',
  ramp: 'Ramp',
  holdback: 'Holdback',
  alpha: 'False alarms',
  extendAtMost: 'Extended by at most',
  minimumListeners: 'minimum of listeners',
  relative: '',
  absolute: '',
};

/** @example fieldOf('/stages/1/share') // 'Stage 2, share' */
function fieldOf(pointer: string): string {
  const [first = '', ...rest] = pointer.split('/').slice(1);
  const words = rest.flatMap((part) => {
    if (/^\d+$/.test(part)) return [];
    const name = Object.hasOwn(NAMES, part) ? NAMES[part] : part;
    return name === undefined || name === '' ? [] : [name];
  });
  const number = /^\d+$/.test(rest[0] ?? '') ? ` ${Number(rest[0]) + 1}` : '';
  return [`${(Object.hasOwn(NAMES, first) ? NAMES[first] : undefined) ?? first}${number}`, ...words].join(
    ', ',
  );
}

/** All that is wrong with a plan, each with the field that it is in. */
export const planProblemText = (problems: readonly Pick<PlanProblem, 'pointer' | 'detail'>[]): string =>
  problems.map(({ pointer, detail }) => `${fieldOf(pointer)}: ${detail}.`).join(' ');
