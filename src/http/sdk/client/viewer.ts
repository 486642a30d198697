import type { Request, Response } from 'express';
import type { Context } from '../../../evaluation/model.ts';
import { callerEnvironment, principalOf } from '../../auth/principal.ts';
import { Problem } from '../../problems/problem.ts';
import type { SdkDeps } from '../shared/sdk-deps.ts';
import type { Viewer } from './client-flags.ts';
import { passesSecureMode, SECURE_MODE_REFUSAL } from '../shared/secure-mode-check.ts';

/** Reads the viewer from an authenticated request. */
export type ViewerOf = (req: Request, res: Response, context: Context) => Viewer;

/** @throws {Problem} 400 `secure_mode`: a browser must prove its context and did not. */
export function createViewerOf({
  onContext = () => {},
  ...deps
}: Pick<SdkDeps, 'keys' | 'settings' | 'onContext'>): ViewerOf {
  return (req, res, context) => {
    const clientSide = sideOf(res);
    if (!passesSecureMode(deps, req, res, context))
      throw new Problem(400, 'secure_mode', SECURE_MODE_REFUSAL);
    onContext(callerEnvironment(res), context);
    const { withReasons } = req.query;
    return {
      context,
      withReasons: withReasons === 'true' || withReasons === '1',
      ...(clientSide === undefined ? {} : { clientSide }),
    };
  };
}

/** Which flags a credential may see; a server's SDK key sees them all. */
function sideOf(res: Response): 'environment-id' | 'mobile-key' | undefined {
  const kind = principalOf(res)?.kind;
  if (kind === 'sdk') return undefined;
  return kind === 'mobile' ? 'mobile-key' : 'environment-id';
}
