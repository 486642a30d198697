import type { SingleContext } from '../evaluation/model.ts';

/** Who is asking, already checked: reading cookies and queries is the site's business. */
export interface ListenerAttributes {
  /** Stable and random, or the name that a listener gave in demo mode. */
  readonly key: string;
  /** Default: none. */
  readonly groups?: readonly string[];
  /** As the listener said it, such as `US`. */
  readonly country?: string | undefined;
  readonly plan?: string | undefined;
  /** Anonymous: not one person. Default false. */
  readonly anonymous?: boolean;
}

export interface ListenerContext extends SingleContext {
  readonly kind: 'user';
  /** Always there, so that a rule on `groups` reads the same for everybody. */
  readonly groups: readonly string[];
  readonly country?: string;
  readonly plan?: string;
}

/** A listener in LaunchDarkly's words. What a listener did not say is absent, never null. */
export function listenerContext({
  key,
  groups,
  country,
  plan,
  anonymous,
}: ListenerAttributes): ListenerContext {
  return {
    kind: 'user',
    key,
    ...(anonymous === true && { anonymous: true }),
    groups: [...(groups ?? [])],
    ...(country !== undefined && { country }),
    ...(plan !== undefined && { plan }),
  };
}
