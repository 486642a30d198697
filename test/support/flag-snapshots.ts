import { createEvaluator } from '../../src/evaluation/create-evaluator.ts';
import type { Flag } from '../../src/evaluation/model.ts';
import type { FlagSnapshots } from '../../src/flags/local-flag-client.ts';

export interface MemorySnapshots extends FlagSnapshots {
  /** Replaces one flag and notifies every listener. */
  set(flag: Flag): void;
  listeners(): number;
}

/** Flags in memory, changed by hand: what the store is to the local flag client. */
export function memorySnapshots(...flags: readonly Flag[]): MemorySnapshots {
  const keys = new Set(flags.map((flag) => flag.key));
  const listeners = new Set<(changed: readonly string[]) => void>();
  let evaluator = createEvaluator({
    flags: Object.fromEntries(flags.map((flag) => [flag.key, flag])),
    segments: {},
  });
  return {
    current: () => ({ evaluator, flagKeys: () => [...keys] }),
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    set(flag) {
      keys.add(flag.key);
      evaluator = evaluator.with({ flags: { [flag.key]: flag } });
      for (const listener of listeners) listener([flag.key]);
    },
    listeners: () => listeners.size,
  };
}
