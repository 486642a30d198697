import { parse } from 'secure-json-parse';
import { z } from 'zod';
import type { FlagSet } from '../evaluation/evaluator.ts';
import type { Flag, Segment } from '../evaluation/model.ts';

/** Decompressed bytes; a body that says that it is compressed may unfold to more than one that is not. */
export const LONGEST_BODY = 5_000_000;
export const LONGEST_INFLATED_BODY = 20_000_000;

const itemShape = z.looseObject({ key: z.string(), version: z.number().int().nonnegative() });
const flagShape = itemShape.extend({
  on: z.boolean(),
  variations: z.array(z.unknown()),
  fallthrough: z.looseObject({}),
});

const payload = z
  .object({
    flags: z.record(
      z.string(),
      z.custom<Flag>(
        (value) => flagShape.safeParse(value).success,
        'expected a flag with key, version, on, variations and fallthrough',
      ),
    ),
    segments: z
      .record(
        z.string(),
        z.custom<Segment>(
          (value) => itemShape.safeParse(value).success,
          'expected a segment with key and version',
        ),
      )
      .default({}),
  })
  .superRefine(({ flags, segments }, context) => {
    for (const [key, found] of [...Object.entries(flags), ...Object.entries(segments)]) {
      if (found.key !== key) {
        context.addIssue({
          code: 'custom',
          message: `expected the key ${key}, got ${found.key}`,
          path: [key],
        });
      }
    }
  });

/** Throws an Error whose message says what is wrong with the text. */
export function parsePayload(text: string): FlagSet {
  const value: unknown = parse(text, { protoAction: 'error', constructorAction: 'error' });
  const checked = payload.safeParse(value);
  if (checked.success) return checked.data;
  const [issue] = checked.error.issues;
  throw new Error(`${issue?.path.join('/') ?? ''}: ${issue?.message ?? 'expected flags and segments'}`);
}

/** Throws as soon as the body is longer than it may be; a body that trickles is the caller's signal to end. */
export async function readBounded(response: Response): Promise<string> {
  const limit = response.headers.has('content-encoding') ? LONGEST_INFLATED_BODY : LONGEST_BODY;
  if (Number(response.headers.get('content-length') ?? 0) > LONGEST_BODY) {
    await response.body?.cancel();
    throw new Error(`the answer is longer than ${LONGEST_BODY} bytes`);
  }
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body ?? []) {
    const bytes: Uint8Array = chunk;
    length += bytes.length;
    if (length > limit) throw new Error(`the answer is longer than ${limit} bytes`);
    chunks.push(bytes);
  }
  return Buffer.concat(chunks).toString('utf8');
}
