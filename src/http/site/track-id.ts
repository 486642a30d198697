import { hash } from 'node:crypto';

/** Names a track, which its name and artist identify, in links, element ids and cookies. 11 URL-safe characters. */
export function trackId(track: { readonly track_name: string; readonly artist: string }): string {
  return hash('sha1', `${track.track_name}\0${track.artist}`, 'base64url').slice(0, 11);
}
