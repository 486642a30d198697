import type { Logger } from '../shared/logger.ts';
import { format } from 'node:util';
import type { LDLogger } from '@launchdarkly/node-server-sdk';

/**
 * The SDK's log, in ours. Its informational lines tell of every connection opened and closed, which the flag chain
 * says once and in words, so they are for debugging. The SDK key never gets through.
 */
export function sdkLogger(logger: Logger, sdkKey: string): LDLogger {
  const fields = { component: 'launchdarkly-sdk' };
  const text = (parts: readonly unknown[]) => format(...parts).replaceAll(sdkKey, '[SDK key]');
  return {
    error: (...parts: unknown[]) => logger.error(fields, text(parts)),
    warn: (...parts: unknown[]) => logger.warn(fields, text(parts)),
    info: (...parts: unknown[]) => logger.debug(fields, text(parts)),
    debug: (...parts: unknown[]) => logger.debug(fields, text(parts)),
  };
}
