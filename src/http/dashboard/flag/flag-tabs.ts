import type { DashboardScope } from '../dashboard-scope.ts';
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

/** The pages of a flag. */
export function flagTabs(
  scope: DashboardScope,
  key: string,
  current: (typeof TABS)[number][0],
): readonly Link[] {
  return TABS.map(([id, name, path]) => ({ name, href: scope.flagHref(key, path), current: id === current }));
}
