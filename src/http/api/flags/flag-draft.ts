import type * as z from 'zod';
import type { Flag } from '../../../evaluation/model.ts';
import { withSimpleFields } from '../../../store/simple-flag.ts';
import { invalidField } from '../../problems/problem.ts';
import type { flagCreateSchema, flagUpdateSchema } from './flag-schemas.ts';

type Fields<Schema extends z.ZodType<{ readonly flag_name?: string }>> = Omit<
  z.output<Schema>,
  'flag_name' | 'comment'
>;

/** What a body may say of a flag besides its name. */
export type FlagFields = Fields<typeof flagCreateSchema> | Fields<typeof flagUpdateSchema>;

/**
 * The definition that a body makes of what is there (undefined: of a new flag). The simple fields win.
 * @throws Problem 422 when the body has a percentage, and the flag is not a rollout of true and false
 */
export function flagDraft(current: Flag | undefined, key: string, fields: FlagFields): Flag {
  const { definition, status, rollout_percentage, bucketing, client_side } = fields;
  const base = definition === undefined ? current : withFields(current ?? newDefinition(key), definition);
  const simple = withSimpleFields(base, key, {
    ...(status === undefined ? {} : { status }),
    ...(rollout_percentage === undefined ? {} : { rollout_percentage }),
  });
  switch (simple.outcome) {
    case 'mapped':
      return withFields(simple.definition, {
        ...(bucketing === undefined ? {} : { bucketing }),
        ...(client_side === undefined
          ? {}
          : { clientSideAvailability: { usingEnvironmentId: client_side, usingMobileKey: client_side } }),
      });
    case 'not-simple':
    case 'out-of-range':
      throw invalidField('/rollout_percentage', 'invalid_rollout', simple.detail);
    default:
      return simple satisfies never;
  }
}

/** What a body's definition is laid upon when it describes a new flag; the body names what is left open here. */
const newDefinition = (key: string): Flag => ({
  key,
  version: 0,
  on: false,
  variations: [],
  fallthrough: {},
  salt: key,
});

/** Named fields replace, `null` takes away; key and version stay the server's. */
function withFields(flag: Flag, fields: NonNullable<FlagFields['definition']>): Flag {
  const next: Flag = { ...flag, ...withoutNulls(fields), key: flag.key, version: flag.version };
  for (const [name, value] of Object.entries(fields)) if (value === null) Reflect.deleteProperty(next, name);
  return next;
}

function withoutNulls<T extends object>(fields: T): { [Name in keyof T]?: Exclude<T[Name], null> };
function withoutNulls(fields: object): object {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null));
}
