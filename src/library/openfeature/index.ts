/** `dj-toggle/openfeature`. */
export { LocalProvider, type OpenFeatureOptions } from './local-provider.ts';
export {
  fixedFlags,
  replaceableFlags,
  type EvaluatorSource,
  type ReplaceableFlags,
  type SourceStatus,
} from './flag-sources.ts';
