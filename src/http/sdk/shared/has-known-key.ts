import type { Request } from 'express';
import type { Keys } from '../../../access/keys.ts';

/** From memory: what tells good keys from bad ones must cost nothing when there are many bad ones. */
export function hasKnownKey(
  keys: Pick<Keys, 'isKnown'>,
  keyIn: (req: Request) => string | undefined,
): (req: Request) => boolean {
  return (req) => {
    const key = keyIn(req);
    return key !== undefined && keys.isKnown(key);
  };
}
