import { createHash } from 'node:crypto';
import type { Track } from './playlist.ts';

/**
 * What makes two entries one track: name and artist, whatever their case, blanks and Unicode form. 16 characters
 * of base64url (96 bits of SHA-256), so that it also fits in a cursor.
 */
export function identityOf(track: Pick<Track, 'track_name' | 'artist'>): string {
  return createHash('sha256')
    .update(`${normalised(track.track_name)}\n${normalised(track.artist)}`)
    .digest('base64url')
    .slice(0, 16);
}

function normalised(text: string): string {
  return text.normalize('NFKC').toLowerCase().trim().replaceAll(/\s+/gu, ' ');
}
