import type { JsonValue } from '../../evaluation/model.ts';
import { canonicalJson, jsonCopy } from '../../store/canonical-json.ts';

export interface Difference {
  /** RFC 6901. */
  readonly pointer: string;
  readonly from?: JsonValue;
  readonly to?: JsonValue;
}

/** Where two JSON objects differ, as deep as objects go; lists are compared and shown as a whole. */
export function differences(from: object, to: object, at = ''): readonly Difference[] {
  const before = new Map<string, JsonValue | undefined>(Object.entries(from));
  const after = new Map<string, JsonValue | undefined>(Object.entries(to));
  return [...new Set([...before.keys(), ...after.keys()])]
    .toSorted()
    .flatMap((name): readonly Difference[] => {
      const pointer = `${at}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
      const [old, next] = [before.get(name), after.get(name)];
      if (isObject(old) && isObject(next)) return differences(old, next, pointer);
      if (canonicalJson(old) === canonicalJson(next)) return [];
      return [
        {
          pointer,
          ...(old === undefined ? {} : { from: jsonCopy(old) }),
          ...(next === undefined ? {} : { to: jsonCopy(next) }),
        },
      ];
    });
}

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
