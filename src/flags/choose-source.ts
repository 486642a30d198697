import { isoTime } from '../shared/iso-time.ts';
import type { FlagClientStatus, FlagSource } from './flag-client.ts';
import type { LaunchDarklyState } from './launchdarkly-flag-client.ts';

export interface Sources {
  /** Undefined: there is no SDK key. */
  readonly launchdarkly: LaunchDarklyState | undefined;
  readonly hasLocal: boolean;
}

/**
 * Who answers, by state alone, so that no caller ever waits:
 *
 * 1. `launchdarkly` while its stream is open and has told everything on this connection;
 * 2. `last-known-good` when it is not, but once did, in this run or an earlier one. While a stream is down the SDK
 *    goes on answering from memory; those are the same flags, but they may no longer be true;
 * 3. `local`, the embedded service, when LaunchDarkly never said anything;
 * 4. `default`, the caller's own value, when there is no source.
 */
export function chooseSource({ launchdarkly, hasLocal }: Sources): FlagSource {
  if (launchdarkly !== undefined && launchdarkly.connection !== 'closed') {
    if (launchdarkly.connection === 'live') return 'launchdarkly';
    if (launchdarkly.receivedAt !== undefined) return 'last-known-good';
  }
  return hasLocal ? 'local' : 'default';
}

/** The choice, and in one plain sentence why it is not a better one. */
export function describeSource(sources: Sources): FlagClientStatus {
  const source = chooseSource(sources);
  const { launchdarkly } = sources;
  const missing = whyNotLaunchDarkly(launchdarkly);
  switch (source) {
    case 'launchdarkly':
      return { source, detail: 'Flags come live from LaunchDarkly.' };
    case 'last-known-good':
      return {
        source,
        detail: `${missing}; flags are as last received at ${isoTime(launchdarkly?.receivedAt ?? 0)}.`,
      };
    case 'local':
      return { source, detail: `${missing}; flags come from the embedded flag service.` };
    case 'default':
      return {
        source,
        detail: `${missing}, and there is no other source; every flag has its default value.`,
      };
    default:
      return source satisfies never;
  }
}

function whyNotLaunchDarkly(launchdarkly: LaunchDarklyState | undefined): string {
  if (launchdarkly === undefined) return 'There is no LaunchDarkly SDK key';
  return launchdarkly.reason === ''
    ? 'Connecting to LaunchDarkly'
    : `LaunchDarkly is not available: ${launchdarkly.reason}`;
}
