import { z } from 'zod';
import type { Flag, Segment } from '../evaluation/model.ts';
import type { AuditEntry, Author, ItemRecord } from './store.ts';

/** Checks of what a store wrote earlier, when it comes back; loose, so that what a hash was made of stays whole. */
const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isDefinition = (value: unknown): boolean =>
  isObject(value) &&
  'key' in value &&
  typeof value.key === 'string' &&
  'version' in value &&
  Number.isSafeInteger(value.version);

const common = {
  key: z.string(),
  version: z.number().int().nonnegative(),
  description: z.string().nullable(),
  tags: z.array(z.string()),
  createdAt: z.string(),
  updatedAt: z.string(),
};

export const storedRecord: z.ZodType<ItemRecord> = z.discriminatedUnion('kind', [
  z.looseObject({ kind: z.literal('flag'), ...common, definition: z.custom<Flag>(isDefinition) }),
  z.looseObject({ kind: z.literal('segment'), ...common, definition: z.custom<Segment>(isDefinition) }),
]);

export const storedAuthor: z.ZodType<Author> = z.custom<Author>(
  (value) => isObject(value) && 'id' in value && typeof value.id === 'string' && 'via' in value,
  'expected who and by which way',
);

/** Throws ZodError or SyntaxError when the text is not a record. */
export function parseRecord(text: string | null): ItemRecord | null {
  return text === null ? null : storedRecord.parse(JSON.parse(text));
}

export function parseAuthor(text: string): Author {
  return storedAuthor.parse(JSON.parse(text));
}

const storedEntry: z.ZodType<AuditEntry> = z.strictObject({
  id: z.int().positive(),
  at: z.string(),
  author: storedAuthor,
  environment: z.strictObject({ project: z.string(), environment: z.string() }),
  kind: z.enum(['flag', 'segment']),
  key: z.string(),
  action: z.enum(['create', 'update', 'delete']),
  before: storedRecord.nullable(),
  after: storedRecord.nullable(),
  sequence: z.int(),
  operation: z.int(),
  undoes: z.int().nullable(),
  hash: z.string(),
});

/** A whole entry of the audit log. Throws ZodError or SyntaxError when the text is not one. */
export function parseEntry(text: string): AuditEntry {
  return storedEntry.parse(JSON.parse(text));
}
