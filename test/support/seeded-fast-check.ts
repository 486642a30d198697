import * as fc from 'fast-check';

/**
 * New cases at each run find more; in CI they are always the same, so that a change fails there by its own fault. A
 * failure prints its seed and its path either way.
 */
export const SEED = process.env['CI'] === 'true' ? 20_261_120 : Date.now() % 2 ** 31;

fc.configureGlobal({ seed: SEED });

export { fc };
