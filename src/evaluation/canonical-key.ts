import { keyOfKind, readContext } from './context.ts';
import { isRecord } from './json.ts';

const escaped = (key: string): string => key.replaceAll('%', '%25').replaceAll(':', '%3A');

/**
 * The text that names a context whole, as LaunchDarkly's secure mode signs it: the bare key of a user; `kind:key` of
 * another kind; those of a multi-context, sorted by kind and joined by `:`. `undefined` for what is no context.
 */
export function canonicalKey(context: unknown): string | undefined {
  const checked = readContext(context);
  if (checked === undefined) {
    return undefined;
  }
  if (checked.kind === 'user') {
    return keyOfKind(checked, 'user');
  }
  const parts = checked.kind === 'multi' ? checked : { [checked.kind]: checked };
  return Object.entries(parts)
    .toSorted(([left], [right]) => (left < right ? -1 : 1))
    .flatMap(([kind, part]) =>
      isRecord(part) && typeof part.key === 'string' ? [`${kind}:${escaped(part.key)}`] : [],
    )
    .join(':');
}
