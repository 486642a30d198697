import type { Flag, JsonValue, Prerequisite } from '../../../evaluation/model.ts';
import type { FlagRecord } from '../../../store/store.ts';
import { formText } from '../../input/form-field.ts';
import { lengthOf } from '../targeting/clause-form.ts';

/** What of a flag is not targeting, as a form has it. */
export interface SettingsDraft {
  readonly description: string;
  /** Separated by commas. */
  readonly tags: string;
  /** Each as JSON. */
  readonly variations: readonly string[];
  readonly prerequisites: readonly PrerequisiteDraft[];
  /** Whether browsers may read the flag. */
  readonly browsers: boolean;
  readonly mobile: boolean;
}

export interface PrerequisiteDraft {
  readonly key: string;
  /** Index of the variation that it must serve. */
  readonly variation: string;
}

export type SettingsOutcome =
  | {
      readonly outcome: 'built';
      readonly definition: Flag;
      readonly description: string | null;
      readonly tags: readonly string[];
    }
  | { readonly outcome: 'invalid'; readonly problems: readonly string[] };

const MAX_VARIATIONS = 64;
const MAX_PREREQUISITES = 100;
const MAX_TAGS = 50;
const MAX_TAG_LENGTH = 64;

export function settingsDraft({
  description,
  tags,
  definition,
}: Pick<FlagRecord, 'description' | 'tags' | 'definition'>): SettingsDraft {
  return {
    description: description ?? '',
    tags: tags.join(', '),
    variations: definition.variations.map((value) => JSON.stringify(value, null, 2)),
    prerequisites: (definition.prerequisites ?? []).map(({ key, variation }) => ({
      key,
      variation: String(variation),
    })),
    browsers: definition.clientSideAvailability?.usingEnvironmentId ?? false,
    mobile: definition.clientSideAvailability?.usingMobileKey ?? false,
  };
}

/** Reads the draft that a form carries: `variation.0`, `prerequisite.0.key`. */
export function settingsDraftIn(body: unknown): SettingsDraft {
  const text = (name: string): string => (formText(body, name) ?? '').replaceAll('\r\n', '\n');
  return {
    description: text('description').trim(),
    tags: text('tags'),
    variations: Array.from({ length: lengthOf(body, 'variation', MAX_VARIATIONS) }, (_, at) =>
      text(`variation.${at}`),
    ),
    prerequisites: Array.from({ length: lengthOf(body, 'prerequisite', MAX_PREREQUISITES) }, (_, at) => ({
      key: text(`prerequisite.${at}.key`).trim(),
      variation: text(`prerequisite.${at}.variation`).trim(),
    })),
    browsers: text('browsers') === 'on',
    mobile: text('mobile') === 'on',
  };
}

/** The draft after one step of editing; the same draft when the step means nothing. */
export function editSettings(draft: SettingsDraft, action: string): SettingsDraft {
  const [step = '', at = ''] = action.split(':');
  const { variations, prerequisites } = draft;
  switch (step) {
    case 'add-variation':
      return { ...draft, variations: [...variations, ''].slice(0, MAX_VARIATIONS) };
    // Only the last: the others are named by their position everywhere.
    case 'remove-variation':
      return variations.length > 1 ? { ...draft, variations: variations.slice(0, -1) } : draft;
    case 'add-prerequisite':
      return {
        ...draft,
        prerequisites: [...prerequisites, { key: '', variation: '0' }].slice(0, MAX_PREREQUISITES),
      };
    case 'remove-prerequisite':
      return { ...draft, prerequisites: prerequisites.filter((_, other) => String(other) !== at) };
    default:
      return draft;
  }
}

/** The flag that a draft makes of the one which it was drawn from; what the form does not show stays as it was. */
export function buildSettings(base: Flag, draft: SettingsDraft): SettingsOutcome {
  const problems: string[] = [];
  const variations = draft.variations.flatMap((text, at) => {
    const parsed = parseJson(text);
    if (!('problem' in parsed)) return [parsed.value];
    problems.push(`Variation ${at + 1} is not JSON: ${parsed.problem}. Write text in double quotes.`);
    return [];
  });
  const prerequisites = draft.prerequisites.map(({ key, variation }, at): Prerequisite => {
    if (key === '') problems.push(`Prerequisite ${at + 1}: name a flag.`);
    if (!/^\d{1,4}$/.test(variation)) problems.push(`Prerequisite ${at + 1}: choose a variation.`);
    return { key, variation: Number(variation) };
  });
  const tags = [
    ...new Set(
      draft.tags
        .split(',')
        .map((tag) => tag.trim())
        .filter((tag) => tag !== ''),
    ),
  ];
  if (tags.length > MAX_TAGS) problems.push(`Tags: expected at most ${MAX_TAGS}, got ${tags.length}.`);
  if (tags.some((tag) => tag.length > MAX_TAG_LENGTH))
    problems.push(`Tags: expected at most ${MAX_TAG_LENGTH} characters each.`);
  if (draft.description.length > 2_000) problems.push('The description is longer than 2,000 characters.');
  if (problems.length > 0) return { outcome: 'invalid', problems };
  const before = settingsDraft({ definition: base, description: null, tags: [] });
  const isSame = (name: 'browsers' | 'mobile'): boolean => before[name] === draft[name];
  const definition: Flag = {
    ...base,
    variations,
    ...(base.prerequisites === undefined && prerequisites.length === 0 ? {} : { prerequisites }),
    ...(isSame('browsers') && isSame('mobile')
      ? {}
      : { clientSideAvailability: { usingEnvironmentId: draft.browsers, usingMobileKey: draft.mobile } }),
  };
  return { outcome: 'built', definition, description: draft.description || null, tags };
}

function parseJson(text: string): { readonly value: JsonValue } | { readonly problem: string } {
  try {
    const value: JsonValue = JSON.parse(text);
    return { value };
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) };
  }
}
