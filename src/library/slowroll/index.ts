/** `dj-toggle/slowroll`. */
export { SlowrollConfig, type SlowrollSide } from './slowroll.ts';
export type { FetchDocument, FetchOutcome } from './document-source.ts';
export {
  readSlowrollDocument,
  type SlowrollDocument,
  type SlowrollReading,
  type SlowrollSection,
} from './document.ts';
export type { SlowrollEntry } from './entry.ts';
export type { SlowrollFinding } from './finding.ts';
export type { SlowrollOptions } from './options.ts';
