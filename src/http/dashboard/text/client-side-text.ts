import { isVisible } from '../../../evaluation/flag-state.ts';
import type { Flag } from '../../../evaluation/model.ts';

const SENTENCES = {
  both: 'Browser and mobile SDKs can see this flag.',
  browser: 'Browser SDKs can see this flag; mobile SDKs cannot.',
  mobile: 'Mobile SDKs can see this flag; browser SDKs cannot.',
  none: 'Browser and mobile SDKs cannot see this flag.',
} as const;

export type ClientSide = keyof typeof SENTENCES;

/** Which client-side SDKs get the flag; server-side SDKs get every flag. */
export function clientSideOf(flag: Flag): ClientSide {
  const isSeenByBrowsers = isVisible(flag, 'environment-id');
  const isSeenByMobiles = isVisible(flag, 'mobile-key');
  if (isSeenByBrowsers) return isSeenByMobiles ? 'both' : 'browser';
  return isSeenByMobiles ? 'mobile' : 'none';
}

/** @example clientSideText(flag) // 'Browser and mobile SDKs can see this flag.' */
export const clientSideText = (flag: Flag): string => SENTENCES[clientSideOf(flag)];
