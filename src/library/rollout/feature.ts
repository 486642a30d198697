import { z } from 'zod';

/** What of a feature can be stored. */
export interface FeatureData {
  readonly name: string;
  readonly groups: readonly string[];
  /** User ids, as text. */
  readonly users: readonly string[];
  /** 0–100. */
  readonly percentage: number;
  /** Shifts the percentage by the feature's name, so that features do not all start with the same users. */
  readonly randomize: boolean;
  /** A user whose property has one of these values is in. */
  readonly property: { readonly [property: string]: readonly (string | number | boolean)[] };
  /** Whatever the application wants to keep with the feature. */
  readonly data: { readonly [name: string]: unknown };
}

export interface FeatureOptions<User> {
  /** Names of groups; `ALL` is everybody, `NONE` nobody by group. Default none. */
  readonly groups?: readonly string[];
  /** User ids. Default none. */
  readonly users?: readonly (string | number)[];
  /** 0–100. Default 0. */
  readonly percentage?: number;
  /** Default false. */
  readonly randomize?: boolean;
  /** A property's name with the value, or the values, that let a user in. Default none. */
  readonly property?: {
    readonly [property: string]: string | number | boolean | readonly (string | number | boolean)[];
  };
  /** Lets in whoever it says yes to; lives in the program and is never stored. Default none. */
  readonly predicate?: (user: User) => boolean;
}

/** A feature is not as it must be; the message says what was expected and what came. */
export class FeatureError extends Error {
  override readonly name = 'FeatureError';
}

/** Who may use something: by group, by user, by percentage, by property or by a function; one of them is enough. */
export class Feature<User = unknown> {
  readonly definition: FeatureData;
  readonly predicate: ((user: User) => boolean) | undefined;

  /** @throws FeatureError when the name is empty, the percentage is not 0–100, or `ALL` and `NONE` come together. */
  constructor(name: string, options: FeatureOptions<User> = {}) {
    this.definition = checked({
      name,
      groups: options.groups ?? [],
      users: (options.users ?? []).map(String),
      percentage: options.percentage ?? 0,
      randomize: options.randomize ?? false,
      property: Object.fromEntries(
        Object.entries(options.property ?? {}).map(([property, value]) => [property, [value].flat()]),
      ),
      data: {},
    });
    this.predicate = options.predicate;
  }
}

/** Checks what a feature must be, whoever made it. @throws FeatureError */
export function checked(feature: FeatureData): FeatureData {
  const { name, percentage, groups } = feature;
  if (name === '') throw new FeatureError('a feature needs a name, got an empty one');
  if (!(percentage >= 0 && percentage <= 100)) {
    throw new FeatureError(`feature ${name}: expected a percentage from 0 to 100, got ${percentage}`);
  }
  if (groups.includes('ALL') && groups.includes('NONE')) {
    throw new FeatureError(`feature ${name}: groups ALL and NONE exclude each other`);
  }
  return feature;
}

const stored = z.object({
  name: z.string(),
  groups: z.array(z.string()),
  users: z.array(z.string()),
  percentage: z.number(),
  randomize: z.boolean(),
  property: z.record(z.string(), z.array(z.union([z.string(), z.number(), z.boolean()]))),
  data: z.record(z.string(), z.unknown()),
});

/** Reads a feature back from where it was stored. @throws FeatureError when it is not one. */
export function featureFromJson(text: string): FeatureData {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new FeatureError('a stored feature is not JSON', { cause: error });
  }
  const parsed = stored.safeParse(json);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new FeatureError(
      `a stored feature does not read: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`,
    );
  }
  return checked(parsed.data);
}
