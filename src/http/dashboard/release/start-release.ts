import { authorOf } from '../../auth/principal.ts';
import type { DashboardDeps } from '../dashboard-deps.ts';
import type { Visit } from '../dashboard-scope.ts';
import type { FormOutcome } from '../handle-form.ts';
import type { GivenPlan } from '../../../release/run/prepare-plan.ts';
import { planProblemText } from './plan-problem-text.ts';

/** Creates a release of what a form gave, and leads to it; what is wrong with the plan is said, all of it. */
export async function startRelease(
  services: Pick<DashboardDeps['releases'], 'prepare' | 'releases' | 'wake'>,
  { req, res, scope }: Visit,
  given: GivenPlan,
): Promise<FormOutcome> {
  const { environment } = scope;
  const prepared = await services.prepare(environment, given);
  if (prepared.kind === 'bad')
    return { outcome: 'refused', status: 422, text: planProblemText(prepared.problems) };
  const { document, unitKind, metrics } = prepared;
  const author = authorOf(req, res, 'dashboard');
  const created = await services.releases.create(author, environment, document, unitKind, metrics);
  if (created === 'taken') return { outcome: 'refused', text: 'Another release of this rule is under way.' };
  services.wake();
  return { outcome: 'done', href: scope.flagHref(given.flag, '/release', { done: 'release-started' }) };
}
