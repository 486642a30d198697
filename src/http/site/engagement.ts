import { z } from 'zod';
import { formText } from '../input/form-field.ts';
import { parseBody } from '../input/parse.ts';
import { isWayBack } from './links.ts';
import { trackId } from './track-id.ts';

export const ENGAGEMENTS = ['play', 'like', 'skip'] as const;

/** As long as a track's own texts may be. */
const MAX_TEXT_LENGTH = 2000;

const text = (limit: number) =>
  z.string('expected a text').min(1, 'expected a text').max(limit, `expected at most ${limit} characters`);

const engagementSchema = z.object({
  action: z.enum(ENGAGEMENTS, `expected one of ${ENGAGEMENTS.join(', ')}`),
  track_name: text(MAX_TEXT_LENGTH),
  artist: text(MAX_TEXT_LENGTH),
});

/** What a listener did with a track. */
export type Engagement = z.infer<typeof engagementSchema>;

/**
 * From JSON or a form with `action`, `track_name` and `artist`, or from a button of the page, which sends its action as its name
 * and `trackValue(track)` as its value.
 * @throws Problem 422 that names each field that is not valid.
 */
export function parseEngagement(body: unknown): Engagement {
  const action = ENGAGEMENTS.find((name) => formText(body, name) !== undefined);
  if (action === undefined) return parseBody(engagementSchema, body);
  // A browser sends line breaks as CR LF.
  const [track_name, artist] = formText(body, action)?.split(/\r?\n/) ?? [];
  return parseBody(engagementSchema, { action, track_name, artist });
}

/** Where a form leads: `back` with the track played on the deck, at the track's row; the playlist when `back` is no page of it. */
export function wayBack(body: unknown, { action, track_name, artist }: Engagement): string {
  const back = formText(body, 'back');
  if (back === undefined || !isWayBack(back)) return '/';
  if (action === 'skip') return back;
  const address = new URL(back, 'http://playlist.invalid');
  const id = trackId({ track_name, artist });
  if (action === 'play') address.searchParams.set('deck', id);
  return `${address.pathname}${address.search}#t-${id}`;
}
