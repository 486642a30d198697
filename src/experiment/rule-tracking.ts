import type { Author, Store } from '../store/store.ts';
import type { Experiment } from './experiment.ts';
import { ruleWeights, withTracking } from './rule-weights.ts';

/** Whether SDKs report every evaluation of an experiment's rule, as the flag says now; undefined: there is no such rule. */
export function isRuleTracked(
  store: Pick<Store, 'snapshot'>,
  { environment, design }: Experiment,
): boolean | undefined {
  const flag = store.snapshot(environment)?.flags.get(design.flag_name);
  return flag && ruleWeights(flag.definition, design.rule)?.isTracked;
}

/** Turns event tracking of an experiment's rule on or off. @returns false: the flag is gone */
export async function trackRule(
  store: Pick<Store, 'update'>,
  { id, environment, design }: Experiment,
  isTracked: boolean,
  author?: Author,
): Promise<boolean> {
  const verb = isTracked ? 'runs' : 'is over';
  const by = author === undefined ? '' : `, by ${author.id}`;
  const outcome = await store.update(
    { id: `experiment:${id}`, via: 'experiment', comment: `“${design.name}” ${verb}${by}` },
    { environment, kind: 'flag', key: design.flag_name },
    (current) =>
      current === undefined
        ? { outcome: 'refused', refusal: 'gone' }
        : {
            outcome: 'edited',
            draft: { definition: withTracking(current.definition, design.rule, isTracked) },
          },
  );
  return outcome.outcome === 'changed' || outcome.outcome === 'unchanged';
}
