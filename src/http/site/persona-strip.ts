import { isAnonymous } from './persona.ts';
import type { Listener } from './listener.ts';

export interface PersonaOption {
  readonly value: string;
  readonly name: string;
  readonly chosen: boolean;
}

/** The same object for the same choice from the list, so that its HTML is rendered once. */
export interface PersonaOptions {
  readonly options: readonly PersonaOption[];
}

/** The strip at the top: who is listening, and the form to listen as somebody else. */
export interface PersonaStrip {
  /** In words. */
  readonly name: string;
  /** The key that the flag is evaluated for. */
  readonly key: string;
  readonly user: string;
  readonly anonymous: boolean;
  readonly betaTester: boolean;
  /** The groups as a form sends them: as they are, and with beta testers added or removed. */
  readonly groups: string;
  readonly groupsToggled: string;
  readonly countries: PersonaOptions;
  readonly plans: PersonaOptions;
}

const BETA_TESTERS = 'beta_testers';

const COUNTRIES: Choices = [
  ['', 'Any country'],
  ['AU', 'Australia'],
  ['BR', 'Brazil'],
  ['CA', 'Canada'],
  ['FR', 'France'],
  ['DE', 'Germany'],
  ['IN', 'India'],
  ['JP', 'Japan'],
  ['NG', 'Nigeria'],
  ['GB', 'United Kingdom'],
  ['US', 'United States'],
];

const PLANS: Choices = [
  ['', 'Any plan'],
  ['free', 'Free'],
  ['premium', 'Premium'],
];

export function personaStrip({ key, persona }: Listener): PersonaStrip {
  const { user, groups, country, plan } = persona;
  const betaTester = groups.includes(BETA_TESTERS);
  const toggled = betaTester ? groups.filter((group) => group !== BETA_TESTERS) : [...groups, BETA_TESTERS];
  const name = [
    user,
    ...groups.map((group) => (group === BETA_TESTERS ? 'a beta tester' : group)),
    country,
    plan,
  ].filter((part) => part !== undefined);
  return {
    name: isAnonymous(persona) ? 'anonymous' : name.join(', '),
    key,
    user: user ?? '',
    anonymous: isAnonymous(persona),
    betaTester,
    groups: groups.join(','),
    groupsToggled: toggled.join(','),
    countries: countryChoices(country),
    plans: planChoices(plan),
  };
}

type Choices = readonly (readonly [value: string, name: string])[];

/** With the chosen value, even when it is not on the list. */
function createChoices(list: Choices): (chosen?: string) => PersonaOptions {
  const optionsOf = (choices: Choices, chosen: string): PersonaOptions => ({
    options: choices.map(([value, name]) => ({ value, name, chosen: value === chosen })),
  });
  const known = new Map(list.map(([value]) => [value, optionsOf(list, value)]));
  return (chosen = '') => known.get(chosen) ?? optionsOf([...list, [chosen, chosen]], chosen);
}

const countryChoices = createChoices(COUNTRIES);
const planChoices = createChoices(PLANS);
