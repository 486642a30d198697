import type { Flag, Target } from '../../evaluation/model.ts';

/** The flag with this user served this variation by name, wherever they were listed before. */
export function withTarget(flag: Flag, user: string, variation: number): Flag {
  const { targets } = withoutTarget(flag, user);
  const others = targets ?? [];
  const listed = others.some((target) => target.variation === variation);
  return withPointer(
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

/** The flag with this user in no list of users. */
export function withoutTarget(flag: Flag, user: string): Flag {
  if (flag.targets === undefined) return flag;
  const targets = flag.targets
    .map((target) => ({ ...target, values: target.values.filter((value) => value !== user) }))
    .filter((target) => target.values.length > 0);
  return { ...flag, targets };
}

/** Where a flag has context targets, those decide the order, and users are asked only where one of them points to them. */
function withPointer(flag: Flag, variation: number): Flag {
  const { contextTargets = [] } = flag;
  const pointsToUsers = (target: Target): boolean =>
    (target.contextKind ?? 'user') === 'user' && target.variation === variation;
  return contextTargets.length === 0 || contextTargets.some(pointsToUsers)
    ? flag
    : { ...flag, contextTargets: [...contextTargets, { contextKind: 'user', variation, values: [] }] };
}
