import type { Config } from './config.ts';
import { PlaylistFileError } from '../playlist/file/track-file.ts';
import { StoreUnavailableError } from '../store/store.ts';
import {
  DatabaseCorruptError,
  DatabaseTooNewError,
  DatabaseUnfitError,
} from '../store/sql/database-errors.ts';

/** From sysexits.h: what a supervisor should not try again unchanged, and what may be well a moment later. */
export const EXIT_CONFIG = 78;
export const EXIT_UNAVAILABLE = 69;

interface StartErrorOptions extends ErrorOptions {
  /** Default EXIT_CONFIG. */
  readonly exitCode?: typeof EXIT_CONFIG | typeof EXIT_UNAVAILABLE;
}

/** The program cannot start until somebody mends something; the message is one line that says what. */
export class StartError extends Error {
  override readonly name = 'StartError';
  readonly exitCode: number;

  constructor(message: string, { exitCode = EXIT_CONFIG, ...options }: StartErrorOptions = {}) {
    super(message, options);
    this.exitCode = exitCode;
  }
}

const MENDABLE = [PlaylistFileError, DatabaseCorruptError, DatabaseTooNewError, DatabaseUnfitError];

/** What a person can mend becomes a StartError; everything else stays what it is, with its stack. */
export function asStartError(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  if (MENDABLE.some((kind) => error instanceof kind)) return new StartError(error.message, { cause: error });
  if (error instanceof StoreUnavailableError) return unavailable(error.message, error);
  return error;
}

/** The same for the opening of the database, in the words of the variable that says where it is. */
export function asDatabaseStartError(
  error: unknown,
  { databaseUrl, dataDir }: Pick<Config, 'databaseUrl' | 'dataDir'>,
): unknown {
  if (!(error instanceof Error)) return error;
  if (databaseUrl === undefined) {
    return isFileError(error) || error instanceof StoreUnavailableError
      ? new StartError(`DATA_DIR: the database cannot be written in ${dataDir} (${causeOf(error)})`, {
          cause: error,
        })
      : asStartError(error);
  }
  if (isRefusal(error)) {
    return new StartError(`DATABASE_URL: PostgreSQL refuses: ${oneLine(error.message)}`, { cause: error });
  }
  return error instanceof StoreUnavailableError
    ? unavailable(`DATABASE_URL: PostgreSQL does not answer at ${addressOf(databaseUrl)}`, error)
    : asStartError(error);
}

/** Writes into a folder, or says why that cannot be, as a StartError. */
export function asDataDirStartError(error: unknown, dataDir: string): unknown {
  return error instanceof Error && isFileError(error)
    ? new StartError(`DATA_DIR: ${dataDir} is not a folder that can be written (${causeOf(error)})`, {
        cause: error,
      })
    : error;
}

function unavailable(message: string, error: StoreUnavailableError): StartError {
  return new StartError(`${message} (${causeOf(error)})`, { cause: error, exitCode: EXIT_UNAVAILABLE });
}

/** Wrong user, wrong password, no such database, no right to make tables: waiting does not help. */
function isRefusal(error: Error): boolean {
  return 'severity' in error && 'code' in error && /^(28...|3D000|42501)$/.test(String(error.code));
}

function isFileError(error: Error): boolean {
  return 'code' in error && /^(E[A-Z]+|SQLITE_(CANTOPEN|READONLY|IOERR|FULL)\w*)$/.test(String(error.code));
}

/** The innermost word on it: of several addresses that were tried, the first. */
function causeOf(error: Error): string {
  const { cause } = error;
  if (cause instanceof Error) return causeOf(cause);
  if (error instanceof AggregateError && error.errors[0] instanceof Error) return causeOf(error.errors[0]);
  return oneLine(error.message);
}

const oneLine = (text: string): string => text.replaceAll(/\s+/g, ' ').trim();

/** Host and port, or the folder of a socket; never user or password. */
function addressOf(databaseUrl: string): string {
  const { host, searchParams } = new URL(databaseUrl);
  return searchParams.get('host') ?? (host === '' ? 'localhost' : host);
}
