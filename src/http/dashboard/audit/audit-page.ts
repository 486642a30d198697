import { queryOf } from '../../input/parse.ts';
import type { AuditQuery, ItemKind } from '../../../store/store.ts';
import type { Visit } from '../dashboard-scope.ts';
import type { ChangeList, ChangeLists } from './change-list.ts';

/** The audit log, or what of it is about one flag or segment. */
export interface AuditPage {
  readonly log: ChangeList;
  readonly filter: { readonly kind: string; readonly name: string };
  readonly hidden: readonly { readonly name: string; readonly value: string }[];
  readonly verifyAction: string;
  readonly exportHref: string;
  /** What the check of the chain found; undefined before it was asked for. */
  readonly verified: { readonly ok: boolean; readonly text: string } | undefined;
}

export async function auditPage(
  visit: Visit,
  changeLists: ChangeLists,
  verified?: AuditPage['verified'],
): Promise<AuditPage> {
  const { scope } = visit;
  const filter = auditFilter(visit);
  const typed = { kind: filter.kind ?? '', name: filter.key ?? '' };
  return {
    log: await changeLists.page(visit, '/audit', filter, typed),
    filter: typed,
    hidden: scope.hiddenFields,
    verifyAction: scope.href('/audit/verify'),
    exportHref: scope.href('/audit/export', typed),
    verified,
  };
}

/** What the page's query asks for. */
export function auditFilter({ req }: Visit): Pick<AuditQuery, 'kind' | 'key'> {
  const { kind, name = '' } = queryOf(req);
  const key = name.trim();
  return { ...(isKind(kind) ? { kind } : {}), ...(key === '' ? {} : { key }) };
}

const isKind = (kind: string | undefined): kind is ItemKind => kind === 'flag' || kind === 'segment';
