import * as z from 'zod';

/** Flags, segments, projects, environments: what can stand in a path without being mistaken for one. */
const KEY_PATTERN = /^[A-Za-z0-9][A-Za-z0-9._-]{0,255}$/;

/** A check of our own instead of `regex`, so that its code can be `invalid_key`; `pattern` says the same to readers of the document. */
export const keySchema = z
  .string()
  .refine((text) => KEY_PATTERN.test(text), {
    error: 'expected a letter or a digit, then up to 255 of A–Z a–z 0–9 . _ -',
    params: { code: 'invalid_key' },
  })
  .meta({
    id: 'Key',
    description: 'Letters, digits, dots, underscores, hyphens; 1–256 of them.',
    pattern: KEY_PATTERN.source,
  });
