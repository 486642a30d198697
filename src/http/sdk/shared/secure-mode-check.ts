import type { Request, Response } from 'express';
import { canonicalKey } from '../../../evaluation/canonical-key.ts';
import type { Context } from '../../../evaluation/model.ts';
import { callerEnvironment, principalOf } from '../../auth/principal.ts';
import type { SdkDeps } from './sdk-deps.ts';

/**
 * Secure mode: whether a request that a guard let in may ask about this context. Who brings a secret key may always; who
 * brings only the public client-side ID must prove the context by its hash in the query's `h`, where the environment asks for it.
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
