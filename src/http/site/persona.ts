import { z } from 'zod';
import { formField } from '../input/form-field.ts';
import { Problem } from '../problems/problem.ts';

/** Who a listener says they are. All of it is optional; without any of it the listener is anonymous. */
export interface Persona {
  /** Becomes the context's key. */
  readonly user?: string | undefined;
  readonly groups: readonly string[];
  /** ISO 3166-1 alpha-2, upper case. */
  readonly country?: string | undefined;
  readonly plan?: string | undefined;
}

export const ANONYMOUS: Persona = { groups: [] };

export const PERSONA_FIELDS = ['user', 'groups', 'country', 'plan'] as const;

const MAX_GROUPS = 10;

const word = (what: string) =>
  z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/, `expected ${what} of 1–64 letters, digits, “_”, “-” or “.”`);

const personaSchema = z.object({
  user: z
    .string('expected one value')
    // Anything printable: keys are mail addresses, numbers and names in every script.
    .regex(
      /^[^\p{C}\p{Z}]([^\p{C}\p{Zl}\p{Zp}]*[^\p{C}\p{Z}])?$/u,
      'expected a key without control characters',
    )
    .max(128, 'expected a key of at most 128 characters')
    .optional(),
  groups: z
    .array(word('names'))
    .max(MAX_GROUPS, `expected at most ${MAX_GROUPS} groups`)
    .transform((groups) => [...new Set(groups)]),
  country: z
    .string('expected one value')
    .regex(/^[A-Za-z]{2}$/, 'expected a country code of two letters, such as US')
    .transform((code) => code.toUpperCase())
    .optional(),
  plan: z.string('expected one value').pipe(word('a name')).optional(),
});

export const isAnonymous = (persona: Persona): boolean =>
  persona.user === undefined &&
  persona.groups.length === 0 &&
  persona.country === undefined &&
  persona.plan === undefined;

/** Whether the query has any field of a persona. `?groups=` counts: it says “no groups”. */
export const personaGiven = (query: Readonly<Record<string, unknown>>): boolean =>
  PERSONA_FIELDS.some((field) => Object.hasOwn(query, field));

/**
 * From the fields of a query or a form; an empty field counts as absent.
 * @throws Problem 400 that names the field, what was expected and what came.
 */
export function parsePersona(fields: unknown): Persona {
  const given = (name: string): unknown => {
    const value = formField(fields, name);
    return value === '' ? undefined : value;
  };
  const parsed = personaSchema.safeParse({
    user: given('user'),
    groups: groupsOf(given('groups')),
    country: given('country'),
    plan: given('plan'),
  });
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const name = String(issue?.path[0] ?? 'persona');
  throw new Problem(
    400,
    'invalid_query',
    `${name}: ${issue?.message ?? 'not valid'}; got ${quote(given(name))}`,
  );
}

export const storePersona = (persona: Persona): string => JSON.stringify(persona);

/** What `storePersona` wrote; anything else is anonymous. */
export function restorePersona(stored: string | undefined): Persona {
  if (stored === undefined) return ANONYMOUS;
  try {
    const parsed = personaSchema.safeParse(JSON.parse(stored));
    return parsed.success ? parsed.data : ANONYMOUS;
  } catch (error) {
    // An older release of this site signed it.
    if (error instanceof SyntaxError) return ANONYMOUS;
    throw error;
  }
}

/** `a,b`; in JSON a list. */
function groupsOf(value: unknown): unknown {
  if (value === undefined) return [];
  return typeof value === 'string' ? value.split(',').map((group) => group.trim()) : value;
}

function quote(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length <= 60 ? text : `${text.slice(0, 59).toWellFormed()}…`;
}
