import { Problem } from '../../problems/problem.ts';

export const ETAG_HEADER = { ETag: 'The version, quoted; If-Match takes it.' };

export const IF_MATCH_HEADER = {
  'If-Match':
    'The version that the change is made on, as `"3"`. Refused with 412 when it is not the current one.',
};

export const etagOf = (version: number): { readonly ETag: string } => ({ ETag: `"${version}"` });

/**
 * What If-Match allows: a version, `*` for whatever is there, or undefined when the header is absent.
 * Proxies that compress weaken an ETag on its way, so `W/` is not held against it.
 * @throws Problem 400 `invalid_header`
 */
export function ifMatch(header: string | undefined): number | '*' | undefined {
  if (header === undefined) return undefined;
  const text = header.trim();
  if (text === '*') return '*';
  const version = /^(?:W\/)?"(\d{1,15})"$/.exec(text)?.[1];
  if (version === undefined) {
    throw new Problem(
      400,
      'invalid_header',
      `If-Match takes one quoted version, such as "3"; "${text.slice(0, 60)}" came.`,
    );
  }
  return Number(version);
}

/** @throws Problem 412 `version_mismatch` */
export function requireVersion(wanted: number | '*' | undefined, current: number | null): void {
  if (wanted === undefined || (wanted === '*' && current !== null) || wanted === current) return;
  throw new Problem(
    412,
    'version_mismatch',
    current === null
      ? 'If-Match asks for a version, but there is nothing here.'
      : `If-Match asks for version ${wanted}, but the current one is ${current}. Read it again and change that.`,
  );
}

/** Is the copy that the client has still the current one? */
export function ifNoneMatch(header: string | undefined, version: number): boolean {
  return (
    header !== undefined && header.split(',').some((tag) => tag.trim().replace(/^W\//, '') === `"${version}"`)
  );
}
