import type { PlanProblem } from '../../../release/plan/check-plan.ts';
import { Problem } from '../../problems/problem.ts';

/**
 * One answer for everything that is wrong with a plan: 404 or 409 when that is all, otherwise 422.
 *
 * @throws Problem unless there is nothing
 */
export function refuseBadPlan(problems: readonly PlanProblem[]): void {
  const [first, ...others] = problems;
  if (first === undefined) return;
  const all = (code: PlanProblem['code'], pointer: string): boolean =>
    problems.every((each) => each.code === code && each.pointer === pointer);
  const status = all('not_found', '/flag')
    ? 404
    : problems.every(({ code }) => code === 'conflict')
      ? 409
      : 422;
  const more = others.length === 0 ? '' : ` (and ${others.length} more)`;
  throw new Problem(status, first.code, `${first.pointer}: ${first.detail}${more}`, { errors: problems });
}
