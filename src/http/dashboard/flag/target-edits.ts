import type { Flag, Target } from '../../../evaluation/model.ts';

/** The flag with this user targeted for this variation only. */
export function withTarget(flag: Flag, user: string, variation: number): Flag {
  const { targets } = withoutTarget(flag, user);
  const others = targets ?? [];
  const listed = others.some((target) => target.variation === variation);
  return withUserContextTarget(
    {
      ...flag,
      targets: listed
        ? others.map((target) =>
            target.variation === variation ? { ...target, values: [...target.values, user] } : target,
          )
        : [...others, { variation, values: [user] }],
    },
    variation,
  );
}

/** The flag with this user targeted for no variation. */
export function withoutTarget(flag: Flag, user: string): Flag {
  if (flag.targets === undefined) return flag;
  const targets = flag.targets
    .map((target) => ({ ...target, values: target.values.filter((value) => value !== user) }))
    .filter((target) => target.values.length > 0);
  return { ...flag, targets };
}

/** In a flag with context targets, user targets are checked only where a context target of kind `user` stands; adds it if missing. */
function withUserContextTarget(flag: Flag, variation: number): Flag {
  const { contextTargets = [] } = flag;
  const isForUsers = (target: Target): boolean =>
    (target.contextKind ?? 'user') === 'user' && target.variation === variation;
  return contextTargets.length === 0 || contextTargets.some(isForUsers)
    ? flag
    : { ...flag, contextTargets: [...contextTargets, { contextKind: 'user', variation, values: [] }] };
}
