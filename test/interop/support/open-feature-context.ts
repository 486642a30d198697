import type { EvaluationContext } from '@openfeature/server-sdk';
import type { RandomContext } from './random-contexts.ts';

/** A LaunchDarkly context as an application with OpenFeature would write it. */
export function openFeatureContext(context: RandomContext): EvaluationContext {
  if (context.kind === 'multi') {
    // OpenFeature's own clients and hooks may want a targeting key; the kinds have theirs.
    return structuredClone(context) as EvaluationContext;
  }
  const { key, ...attributes } = context;
  return { ...structuredClone(attributes), targetingKey: key } as EvaluationContext;
}
