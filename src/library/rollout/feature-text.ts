import { toError } from '../../shared/to-error.ts';
import { freezeDeeply } from '../freeze-deeply.ts';
import { checked } from './checked-feature.ts';
import { FeatureError } from './feature-error.ts';
import type { FeatureData } from './feature.ts';

/** @throws FeatureError when it is not a feature, before anything is written. */
export function textOf(name: string, feature: FeatureData): string {
  const valid = checked(feature);
  if (valid.name !== name) {
    throw new FeatureError(`feature ${name}: cannot be stored under the name of another, ${valid.name}`);
  }
  return JSON.stringify(valid);
}

/** Reads a feature back from where it was stored. @throws FeatureError, which says where, when it is not one. */
export function featureIn(text: string, name: string, where: string): FeatureData {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new FeatureError(`${where}: feature ${name} is not JSON`, { cause: error });
  }
  try {
    const feature = checked(json);
    if (feature.name === name) return freezeDeeply(feature);
  } catch (error) {
    throw new FeatureError(`${where}: ${toError(error).message}`, {
      cause: error,
    });
  }
  throw new FeatureError(`${where}: feature ${name} calls itself by another name`);
}
