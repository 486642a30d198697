import { z } from 'zod';
import { parseBody } from '../input/parse.ts';

export const ENGAGEMENTS = ['play', 'like', 'skip'] as const;
export type Engagement = (typeof ENGAGEMENTS)[number];

/** As long as a track's own texts may be. */
const MAX_TEXT_LENGTH = 2000;

const text = (limit: number) =>
  z.string('expected a text').min(1, 'expected a text').max(limit, `expected at most ${limit} characters`);

const engagementSchema = z.object({
  action: z.enum(ENGAGEMENTS, `expected one of ${ENGAGEMENTS.join(', ')}`),
  track_name: text(MAX_TEXT_LENGTH),
  artist: text(MAX_TEXT_LENGTH),
});

export type EngagementReport = z.infer<typeof engagementSchema>;

/** What a listener did with a track, from a form or JSON. @throws Problem 422 that names each field that is not valid. */
export const parseEngagement = (body: unknown): EngagementReport => parseBody(engagementSchema, body);
