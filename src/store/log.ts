/** What the rooms need of a logger; pino's has this shape. */
export interface Log {
  info(details: object, message: string): void;
  warn(details: object, message: string): void;
  error(details: object, message: string): void;
}

const ignore = (): void => {};

/** For tests and tools that have nobody to tell. */
export const SILENT_LOG: Log = { info: ignore, warn: ignore, error: ignore };
