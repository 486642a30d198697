import { canonicalJson } from '../../../shared/canonical-json.ts';
import type { AuditEntry, ItemRecord } from '../../../store/store.ts';
import { flagDiff } from '../text/flag-diff.ts';
import { changeLine, type ChangeLine, type ChangeLineOptions } from './change-line.ts';

/** One change: its line, what it changed in sentences, and the definitions before and after. */
export interface ChangeDetailsPage {
  readonly line: ChangeLine;
  readonly logHref: string;
  readonly undoAction: string;
  readonly comment: string;
  readonly address: string;
  readonly hash: string;
  readonly sentences: readonly string[];
  readonly before: string | undefined;
  readonly after: string | undefined;
}

export function changeDetails(entry: AuditEntry, options: ChangeLineOptions): ChangeDetailsPage {
  const { before, after, author, hash } = entry;
  return {
    line: changeLine(entry, options),
    logHref: options.scope.href('/audit'),
    undoAction: options.scope.href('/undo'),
    comment: author.comment ?? '',
    address: author.address ?? '',
    hash,
    sentences: differences(before, after),
    before: before === null ? undefined : definitionJson(before),
    after: after === null ? undefined : definitionJson(after),
  };
}

/** A sentence for each thing that differs; none for segments, whose definitions speak for themselves. */
export function differences(before: ItemRecord | null, after: ItemRecord | null): readonly string[] {
  if (before?.kind !== 'flag' || after?.kind !== 'flag') return [];
  return [
    ...flagDiff(before.definition, after.definition),
    ...(before.description === after.description ? [] : ['The description changes.']),
    ...(canonicalJson(before.tags) === canonicalJson(after.tags)
      ? []
      : [`The tags are ${after.tags.join(', ') || 'none'} instead of ${before.tags.join(', ') || 'none'}.`]),
  ];
}

export const definitionJson = ({ definition }: ItemRecord): string => JSON.stringify(definition, null, 2);
