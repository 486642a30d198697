import { PlaylistFileError } from './playlist/file/track-file.ts';
import { StoreUnavailableError } from './store/store.ts';
import {
  DatabaseCorruptError,
  DatabaseTooNewError,
  DatabaseUnfitError,
} from './store/sql/database-errors.ts';

/** The program cannot start until somebody mends something; the message is one line that says what. */
export class StartError extends Error {
  override readonly name = 'StartError';
}

const MENDABLE = [
  PlaylistFileError,
  DatabaseCorruptError,
  DatabaseTooNewError,
  DatabaseUnfitError,
  StoreUnavailableError,
];

/** What a person can mend becomes a StartError; everything else stays what it is, with its stack. */
export function asStartError(error: unknown): unknown {
  if (error instanceof Error && MENDABLE.some((kind) => error instanceof kind)) {
    return new StartError(error.message, { cause: error });
  }
  return error;
}
