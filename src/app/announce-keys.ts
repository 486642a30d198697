import type { BootstrapKeys, GivenKeys } from '../access/bootstrap-keys.ts';

export interface AnnouncedKey {
  /** The environment variable that would set it. */
  readonly name: string;
  readonly value: string;
}

const VARIABLES = [
  ['adminToken', 'ADMIN_TOKEN'],
  ['sdkKey', 'SDK_KEY'],
  ['clientSideId', 'CLIENT_SIDE_ID'],
  ['mobileKey', 'MOBILE_KEY'],
] as const satisfies readonly (readonly [keyof GivenKeys, string])[];

/**
 * The keys that this start generated. They must be printed now, because only their digests are stored. Warns of keys
 * that are configured but were revoked.
 */
export function announceKeys(
  { created, revoked }: BootstrapKeys,
  log: { warn(fields: object, message: string): void },
): readonly AnnouncedKey[] {
  for (const [option, variable] of VARIABLES) {
    if (revoked.includes(option))
      log.warn({ variable }, 'this key was revoked; it stays refused although it is set');
  }
  return VARIABLES.flatMap(([option, name]) => {
    const value = created[option];
    return value === undefined ? [] : [{ name, value }];
  });
}
