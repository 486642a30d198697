import { askedKind, contextOfKind, kindsOf, type CheckedContext } from './context.ts';
import { isRecord } from './json.ts';

/** The steps to an attribute, from the context down. */
export type AttributePath = readonly string[];

/** Reads one attribute; `undefined` when its kind, or its value, is missing or null. */
export type AttributeGetter = (context: CheckedContext) => unknown;

/**
 * The path that a definition's `attribute` or `bucketBy` names, or `undefined` when it is not valid. `literal` (no kind
 * stands beside it): the whole text is one name. Otherwise a leading `/` makes it a path, with `~1` for `/` and `~0`
 * for `~`. What is valid is what the node SDK takes for valid: `//` anywhere or a final `~` is not, even in a plain
 * name, while a final `/` is.
 */
export function parseAttribute(text: unknown, literal: boolean): AttributePath | undefined {
  if (typeof text !== 'string' || text === '') {
    return undefined;
  }
  if (literal) {
    return [text];
  }
  if (text === '/' || text.includes('//') || text.endsWith('~')) {
    return undefined;
  }
  if (!text.startsWith('/')) {
    return text === '_meta' ? undefined : [text];
  }
  if (/~[^01|^]/.test(text)) {
    return undefined;
  }
  const path = text
    .slice(1)
    .split('/')
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
  return path[0] === '_meta' ? undefined : path;
}

/** One getter for one attribute of one kind. `kind` asks for the kinds of the context, whatever the kind beside it. */
export function attributeGetter(given: string, path: AttributePath): AttributeGetter {
  const kind = askedKind(given);
  const [name = '', ...rest] = path;
  if (rest.length > 0) {
    return (context) => followPath(contextOfKind(context, kind), path);
  }
  if (name === 'kind') {
    // One kind is text instead of a list: a list of one element matches what its element matches.
    return (context) => (context.kind === 'multi' ? kindsOf(context) : context.kind);
  }
  if (name === 'anonymous') {
    return (context) => {
      const single = contextOfKind(context, kind);
      return single === undefined ? undefined : Boolean(single.anonymous);
    };
  }
  if (name in Object.prototype) {
    return (context) => followPath(contextOfKind(context, kind), path);
  }
  return (context) => {
    const single = context.kind === kind ? context : contextOfKind(context, kind);
    if (single === undefined) {
      return undefined;
    }
    const value = single[name];
    return value === null ? undefined : value;
  };
}

function followPath(start: unknown, path: AttributePath): unknown {
  let current = start;
  for (const step of path) {
    if (!isRecord(current) || !Object.hasOwn(current, step)) {
      return undefined;
    }
    current = current[step];
  }
  return current === null ? undefined : current;
}

/**
 * One attribute of one kind by its reference (`email`, `/address/city`), as a clause with a kind would read it.
 * `undefined` when the reference is not valid or there is nothing there.
 */
export function attributeOf(context: CheckedContext, reference: string, kind = 'user'): unknown {
  const path = parseAttribute(reference, false);
  return path === undefined ? undefined : attributeGetter(kind, path)(context);
}
