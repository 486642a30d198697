import { z } from 'zod';
import type { Track } from '../playlist.ts';

/** UTF-16 units; the longest real titles stay below 500. */
export const MAX_TEXT_LENGTH = 2000;

// SQLite keeps UTF-8: a lone surrogate or a NUL would come back as something else than what was given.
const text = z
  .string(`expected 1 to ${MAX_TEXT_LENGTH} characters`)
  .max(MAX_TEXT_LENGTH, `expected 1 to ${MAX_TEXT_LENGTH} characters`)
  .refine((value) => value.trim() !== '', `expected 1 to ${MAX_TEXT_LENGTH} characters`)
  .refine(
    (value) => value.isWellFormed() && !/\p{Cc}/u.test(value),
    'expected text without control characters',
  );

const TRACK_LENGTH = 'expected minutes and seconds as "m:ss", seconds from 00 to 59';
const TRACK_NUMBER = 'expected a whole number from 1 on';

/** One entry of a track file. What it holds beyond the six fields is left out. */
export const trackSchema: z.ZodType<Track> = z.object(
  {
    track_name: text,
    artist: text,
    album_name: text,
    track_length: z.string(TRACK_LENGTH).regex(/^\d{1,4}:[0-5]\d$/, TRACK_LENGTH),
    track_number: z.int(TRACK_NUMBER).min(1, TRACK_NUMBER),
    release_date: z.iso.date('expected a date that exists, as "YYYY-MM-DD"'),
  },
  'expected an object with the fields of a track',
);
