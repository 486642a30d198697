import type { PlanProblem } from '../../../release/plan/check-plan.ts';
import { Problem } from '../../problems/problem.ts';

/** One answer for everything that is wrong with a plan: 404 or 409 when that is all, otherwise 422. */
export function badPlan(problems: readonly PlanProblem[]): Problem {
  const [first, ...others] = problems;
  const isMissingFlag = problems.every(({ code, pointer }) => code === 'not_found' && pointer === '/flag');
  const isConflict = problems.every(({ code }) => code === 'conflict');
  const more = others.length === 0 ? '' : ` (and ${others.length} more)`;
  const detail = `${first?.pointer}: ${first?.detail}${more}`;
  const status = isMissingFlag ? 404 : isConflict ? 409 : 422;
  return new Problem(status, first?.code ?? 'invalid_value', detail, { errors: problems });
}
