import { z } from 'zod';
import { EMPTY_HEAD } from './audit-chain.ts';
import type { Step } from './journal.ts';
import { type ItemRow, itemId } from './state.ts';
import type { AuditEntry } from './store.ts';
import { storedAuthor, storedRecord } from './stored-json.ts';

/** The whole of a store as one step from nothing: what the JSON file holds. */
export const NO_CONTENTS: Step = { projects: [], environments: [], items: [], entries: [], head: EMPTY_HEAD };

const FORMAT = 'dj-toggle-store/1';

const count = z.number().int().nonnegative();
const environmentRef = z.object({ project: z.string(), environment: z.string() });
const item: z.ZodType<ItemRow> = z.object({
  environment: environmentRef,
  kind: z.enum(['flag', 'segment']),
  key: z.string(),
  version: count,
  sequence: count,
  position: count,
  auditId: count,
  record: storedRecord.nullable(),
});
const entry: z.ZodType<AuditEntry> = z.object({
  id: count,
  at: z.string(),
  author: storedAuthor,
  environment: environmentRef,
  kind: z.enum(['flag', 'segment']),
  key: z.string(),
  action: z.enum(['create', 'update', 'delete']),
  before: storedRecord.nullable(),
  after: storedRecord.nullable(),
  sequence: count,
  operation: count,
  undoes: count.nullable(),
  hash: z.string(),
});
const contents = z.object({
  format: z.literal(FORMAT, `expected ${FORMAT}: a newer program may have written it`),
  head: z.object({ position: count, auditId: count, auditHash: z.string() }),
  projects: z.array(z.object({ key: z.string(), name: z.string(), position: count })),
  environments: z.array(
    z.object({ project: z.string(), key: z.string(), name: z.string(), position: count }),
  ),
  items: z.array(item),
  entries: z.array(entry),
});

/** Throws SyntaxError or ZodError. */
export function parseContents(text: string): Step {
  const { format: _, ...step } = contents.parse(JSON.parse(text));
  return step;
}

export function printContents(step: Step): string {
  return `${JSON.stringify({ format: FORMAT, ...step }, null, 1)}\n`;
}

/** The contents after one more step; of an item only its last row is kept. */
export function withStep(all: Step, step: Step): Step {
  const replaced = new Set(step.items.map(place));
  return {
    projects: [...all.projects, ...step.projects],
    environments: [...all.environments, ...step.environments],
    items: [...all.items.filter((row) => !replaced.has(place(row))), ...step.items],
    entries: [...all.entries, ...step.entries],
    head: step.head,
  };
}

const place = ({ environment, kind, key }: ItemRow): string =>
  JSON.stringify([environment.project, environment.environment, itemId(kind, key)]);
