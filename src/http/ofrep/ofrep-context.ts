import { isRecord } from '../../evaluation/json.ts';
import { openFeatureContext, type OpenFeatureContext } from '../../openfeature/context.ts';

export type OfrepContext =
  | OpenFeatureContext
  | { readonly outcome: 'refused'; readonly errorCode: 'PARSE_ERROR'; readonly errorDetails: string };

/** The context of an OFREP body, as LaunchDarkly's. */
export function ofrepContext(body: unknown): OfrepContext {
  if (isRecord(body)) return openFeatureContext(body['context']);
  return {
    outcome: 'refused',
    errorCode: 'PARSE_ERROR',
    errorDetails: 'the body must be an object with a context',
  };
}
