import { readFileSync } from 'node:fs';
import { z } from 'zod';
import type { Flag, Segment } from '../evaluation/model.ts';
import type { FlagSet } from '../evaluation/evaluator.ts';
import { StartError } from './start-error.ts';

// The evaluator takes any JSON for a definition and says what is malformed; here only the frame must stand.
const item = z.looseObject({ key: z.string().min(1), version: z.number().int() });
const frame = z.object({
  flags: z.record(
    z.string(),
    z.custom<Flag>((value) => item.safeParse(value).success, 'expected a flag with key and version'),
  ),
  segments: z.record(
    z.string(),
    z.custom<Segment>((value) => item.safeParse(value).success, 'expected a segment with key and version'),
  ),
});

/** The flags that an empty database starts with. Throws StartError that names the file, the entry and what was expected. */
export function readSeedFlags(file: string): FlagSet {
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new StartError(
      `${file}: expected JSON: ${error instanceof Error ? error.message : String(error)}`,
      { cause: error },
    );
  }
  const parsed = frame.safeParse(json);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new StartError(
    `${file}: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'is not a set of flags'}`,
  );
}
