import type { Request, Response } from 'express';
import { canonicalKey } from '../../../evaluation/canonical-key.ts';
import type { Context } from '../../../evaluation/model.ts';
import { callerEnvironment, principalOf } from '../../auth/principal.ts';
import type { SdkDeps } from './sdk-deps.ts';

/**
 * Secure mode: whether an authenticated request may evaluate this context. With a secret key it may always; with the public
 * client-side ID it must prove the context by its hash in the query's `h`, where the environment requires it.
 */
export function passesSecureMode(
  { keys, settings }: Pick<SdkDeps, 'keys' | 'settings'>,
  req: Request,
  res: Response,
  context: Context,
): boolean {
  if (principalOf(res)?.kind !== 'client-side-id') return true;
  const environment = callerEnvironment(res);
  if (!settings.environment(environment).secureMode) return true;
  const { h } = req.query;
  const signed = canonicalKey(context);
  return typeof h === 'string' && signed !== undefined && keys.matchesSecureModeHash(environment, signed, h);
}

export const SECURE_MODE_REFUSAL = 'The hash h of this context is missing or wrong.';
