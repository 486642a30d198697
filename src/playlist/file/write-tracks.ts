import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs';
import type { Track } from '../playlist.ts';

const CHUNK_LENGTH = 256 * 1024;

export interface TrackWriter {
  write(track: Track): void;
  /** Ends the list, makes it durable and closes the file. */
  end(): void;
  /** Closes the file as it is, if it is still open. */
  abandon(): void;
}

/** Writes a track file: JSON, a track a line, however many there are. */
export function createTrackWriter(file: string): TrackWriter {
  const handle = openSync(file, 'wx');
  let pending = '[';
  let isFirst = true;
  let isOpen = true;
  const close = (): void => {
    if (isOpen) closeSync(handle);
    isOpen = false;
  };
  const flush = (): void => {
    writeSync(handle, pending);
    pending = '';
  };
  return {
    write({ track_name, artist, album_name, track_length, track_number, release_date }) {
      // Field by field: what else the object may hold is not the file's.
      const line = JSON.stringify({
        track_name,
        artist,
        album_name,
        track_length,
        track_number,
        release_date,
      });
      pending += `${isFirst ? '' : ','}\n  ${line}`;
      isFirst = false;
      if (pending.length > CHUNK_LENGTH) flush();
    },
    end() {
      pending += '\n]\n';
      flush();
      fsyncSync(handle);
      close();
    },
    abandon: close,
  };
}
