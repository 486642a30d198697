import { canonicalJson } from '../../../shared/canonical-json.ts';
import type { AuditEntry, ItemRecord } from '../../../store/store.ts';
import { flagDiff } from '../text/flag-diff.ts';
import { segmentDiff } from '../text/segment-diff.ts';
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

/** A sentence for each thing that differs; none where one of the two is not there. */
export function differences(before: ItemRecord | null, after: ItemRecord | null): readonly string[] {
  if (before === null || after === null) return [];
  return [
    ...definitionDiff(before, after),
    ...(before.description === after.description ? [] : ['The description changes.']),
    ...(canonicalJson(before.tags) === canonicalJson(after.tags)
      ? []
      : [`The tags are ${after.tags.join(', ') || 'none'} instead of ${before.tags.join(', ') || 'none'}.`]),
  ];
}

function definitionDiff(before: ItemRecord, after: ItemRecord): readonly string[] {
  if (before.kind === 'flag' && after.kind === 'flag') return flagDiff(before.definition, after.definition);
  return before.kind === 'segment' && after.kind === 'segment'
    ? segmentDiff(before.definition, after.definition)
    : [];
}

export const definitionJson = ({ definition }: ItemRecord): string => JSON.stringify(definition, null, 2);
