import { keyOfKind, kindsOf, readContext } from './context.ts';

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
  return kindsOf(checked)
    .toSorted()
    .map((kind) => `${kind}:${escaped(keyOfKind(checked, kind) ?? '')}`)
    .join(':');
}
