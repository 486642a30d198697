import { z } from 'zod';
import { parseBody } from '../input/parse.ts';

/** A page that took longer was asleep. */
const MAX_LOAD_MS = 600_000;

const pageLoadSchema = z.object({
  milliseconds: z
    .number('expected a number of milliseconds')
    .min(0, 'expected milliseconds from 0')
    .max(MAX_LOAD_MS, `expected at most ${MAX_LOAD_MS} milliseconds`),
});

/**
 * How long the browser took from the start of the navigation until the page was loaded.
 * @throws Problem 422 that names the field that is not valid.
 */
export const parsePageLoad = (body: unknown): z.infer<typeof pageLoadSchema> =>
  parseBody(pageLoadSchema, body);
