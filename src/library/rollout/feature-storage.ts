import type { FeatureData } from './feature.ts';

/** Where features live. */
export interface FeatureStorage {
  get(name: string): Promise<FeatureData | undefined>;
  /**
   * Replaces one feature by what `change` makes of it (`undefined`: it is not there, or no longer), as one step:
   * two at once never lose each other's work. Resolves when it is kept.
   */
  update(name: string, change: (feature: FeatureData | undefined) => FeatureData | undefined): Promise<void>;
  /** In alphabetical order. */
  names(): Promise<readonly string[]>;
  close(): Promise<void>;
}

/** For tests, and for programs that say what is released at their start. */
export function memoryFeatureStorage(): FeatureStorage {
  const features = new Map<string, FeatureData>();
  return {
    get: (name) => Promise.resolve(features.get(name)),
    update: (name, change) => {
      const next = change(features.get(name));
      if (next === undefined) features.delete(name);
      else features.set(name, next);
      return Promise.resolve();
    },
    names: () => Promise.resolve([...features.keys()].toSorted()),
    close: () => Promise.resolve(),
  };
}

/** Runs one task after the other, whatever becomes of each. */
export function oneAtATime(): <Result>(task: () => Promise<Result>) => Promise<Result> {
  let last: Promise<unknown> = Promise.resolve();
  return (task) => {
    const next = last.then(task, task);
    last = next.catch(() => undefined);
    return next;
  };
}
