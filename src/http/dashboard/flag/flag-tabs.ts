import { type DashboardScope, isLaunchDarkly } from '../dashboard-scope.ts';
import type { Link } from '../dashboard-views.ts';

const TABS = [
  ['overview', 'Overview', ''],
  ['targeting', 'Targeting', '/targeting'],
  ['release', 'Release', '/release'],
  ['settings', 'Settings', '/settings'],
  ['experiment', 'Experiment', '/experiment'],
  ['live', 'Live', '/live'],
  ['history', 'History', '/history'],
  ['code', 'Code', '/code'],
] as const;

/** The overview says who gets what; what changes a flag, or its history, is LaunchDarkly's. */
const READ_ONLY_TABS: ReadonlySet<string> = new Set(['overview', 'live', 'code']);

/** The pages of a flag. */
export function flagTabs(
  scope: DashboardScope,
  key: string,
  current: (typeof TABS)[number][0],
): readonly Link[] {
  const tabs = isLaunchDarkly(scope.environment) ? TABS.filter(([id]) => READ_ONLY_TABS.has(id)) : TABS;
  return tabs.map(([id, name, path]) => ({ name, href: scope.flagHref(key, path), current: id === current }));
}
