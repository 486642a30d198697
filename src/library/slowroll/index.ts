/** `dj-toggle/slowroll`. */
export { SlowrollConfig, type SlowrollSide } from './slowroll.ts';
export type { FetchDocument, FetchOutcome } from './document-source.ts';
export {
  readSlowrollDocument,
  type SlowrollDocument,
  type SlowrollReading,
  type SlowrollSection,
} from '../../shared/slowroll-document/document.ts';
export type { SlowrollEntry } from '../../shared/slowroll-document/entry.ts';
export type { SlowrollFinding } from '../../shared/slowroll-document/finding.ts';
export type { SlowrollOptions } from './options.ts';
