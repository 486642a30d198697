import type { RequestResult } from './guarded-request.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** After the first attempt, the second, and so on; one attempt more than there are pauses. */
export const RETRY_AFTER_MS = [30 * SECOND, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 8 * HOUR, 24 * HOUR] as const;

const MAX_PAUSE_MS = 24 * HOUR;

export type Verdict =
  | { readonly state: 'delivered' }
  | { readonly state: 'failed'; readonly error: string; readonly gone: boolean }
  | { readonly state: 'waiting'; readonly error: string; readonly nextAt: number };

/**
 * What an attempt means for a delivery.
 * @param attempts how many there have been, this one among them
 */
export function verdictOf(result: RequestResult, attempts: number, now: number): Verdict {
  if (result.outcome === 'answered' && result.status >= 200 && result.status < 300)
    return { state: 'delivered' };
  const error = result.outcome === 'failed' ? result.error : errorOf(result.status);
  // The receiver says that the endpoint is gone for good (Standard Webhooks 1.0.0).
  if (result.outcome === 'answered' && result.status === 410) return { state: 'failed', error, gone: true };
  const pause = RETRY_AFTER_MS[attempts - 1];
  if (pause === undefined) return { state: 'failed', error, gone: false };
  const asked = result.outcome === 'answered' ? retryAfterMs(result.retryAfter, now) : 0;
  return { state: 'waiting', error, nextAt: now + Math.min(MAX_PAUSE_MS, Math.max(pause, asked)) };
}

const errorOf = (status: number): string =>
  status >= 300 && status < 400 ? 'redirect_refused' : `status_${status}`;

/** Retry-After is a number of seconds or a date (RFC 9110, 10.2.3); 0 for anything else. */
export function retryAfterMs(header: string | undefined, now: number): number {
  if (header === undefined) return 0;
  if (/^\d{1,10}$/.test(header.trim())) return Number(header) * SECOND;
  const date = Date.parse(header);
  return Number.isNaN(date) ? 0 : Math.max(0, date - now);
}
