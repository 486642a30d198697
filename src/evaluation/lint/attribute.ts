import { parseAttribute } from '../attribute.ts';
import { show } from '../show.ts';
import type { FindingReporter } from './finding.ts';

/** A path that every SDK takes, not only the node SDK: `~` stands only in `~0` and `~1`, and no step is empty. */
const STRICT_PATH = /^(?:\/(?:[^/~]|~[01])+)+$/;

/** An attribute, or `bucketBy`, with or without a kind beside it. */
export function lintAttribute(value: unknown, hasKind: boolean, reporter: FindingReporter): void {
  if (parseAttribute(value, !hasKind) === undefined) {
    reporter.error(
      'invalid_attribute',
      `expected the name of, or a path to, an attribute, got ${show(value)}`,
    );
  } else if (hasKind && typeof value === 'string') {
    lintDialect(value, reporter);
  } else if (value === '_meta') {
    reporter.error(
      'ambiguous_attribute',
      '"_meta" is an attribute to some SDKs and none to others: name another',
    );
  }
}

function lintDialect(text: string, reporter: FindingReporter): void {
  if (text.startsWith('/') && !STRICT_PATH.test(text)) {
    reporter.error('invalid_attribute', `only the node SDK reads ${show(text)} as a path`);
  } else if (/^\/(?:[^/]*\/)*~[01]/.test(text)) {
    reporter.error(
      'ambiguous_attribute',
      `the node SDK does not unescape a step that starts with "~", as in ${show(text)}`,
    );
  } else if (text === '/kind') {
    reporter.error(
      'ambiguous_attribute',
      '"/kind" asks for the kind in some SDKs and for an attribute in others: write "kind"',
    );
  }
}
