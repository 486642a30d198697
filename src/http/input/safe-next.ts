const HERE = 'http://here.invalid';

/**
 * Where to go after a form or a login: a path of this site, else `/`. Anything by which a browser could end up elsewhere
 * (`//evil`, `/\evil`, `javascript:`, control characters) is not a path of this site.
 */
export function safeNext(wanted: unknown): string {
  if (typeof wanted !== 'string' || wanted.length > 2_000) return '/';
  if (!wanted.startsWith('/') || /^\/[/\\]|[\\\p{Cc}]|%0[ad]|%5c/iu.test(wanted)) return '/';
  if (!URL.canParse(wanted, HERE)) return '/';
  const { origin, pathname, search, hash } = new URL(wanted, HERE);
  // `/..//evil` begins well and is `//evil` once its dots are resolved.
  return origin === HERE && !pathname.startsWith('//') ? `${pathname}${search}${hash}` : '/';
}
