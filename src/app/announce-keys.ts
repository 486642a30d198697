import type { FirstKeys, FirstKeysGiven } from '../access/bootstrap-keys.ts';

export interface NamedKey {
  /** Of the variable that would give it. */
  readonly name: string;
  readonly value: string;
}

const VARIABLES = [
  ['adminToken', 'ADMIN_TOKEN'],
  ['sdkKey', 'SDK_KEY'],
  ['clientSideId', 'CLIENT_SIDE_ID'],
  ['mobileKey', 'MOBILE_KEY'],
] as const satisfies readonly (readonly [keyof FirstKeysGiven, string])[];

/** The keys that this start made, to be shown now or never. */
export function namedKeys({ created }: FirstKeys): readonly NamedKey[] {
  return VARIABLES.flatMap(([option, name]) => {
    const value = created[option];
    return value === undefined ? [] : [{ name, value }];
  });
}

export function warnOfRevokedKeys(
  { revoked }: FirstKeys,
  log: { warn(fields: object, message: string): void },
): void {
  for (const [option, variable] of VARIABLES) {
    if (revoked.includes(option))
      log.warn({ variable }, 'this key was revoked, and stays shut although it is set');
  }
}
