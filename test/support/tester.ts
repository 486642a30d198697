import type { Author } from '../../src/store/store.ts';

/** Who changes things in tests. */
export const TESTER: Author = { id: 'tester', via: 'test' };
