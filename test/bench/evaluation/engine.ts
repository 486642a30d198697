import type { Scenario } from './scenarios.ts';

/** One engine with one scenario's flags loaded. */
export interface Loaded {
  /** Asks for one flag and one listener, by their numbers; a promise where the engine only offers that. */
  readonly ask: (flag: number, listener: number) => boolean | Promise<boolean>;
  /** `ask` a number of times, flags and listeners in turn, in the engine's own fastest way; the count of trues. */
  readonly run: (times: number, flags: number, listeners: number) => number | Promise<number>;
  /** Every flag for one listener, if the engine has a call for it; the count of flags. */
  readonly all?: (listener: number) => number | Promise<number>;
  readonly close?: () => void | Promise<void>;
}

export interface Engine {
  readonly name: string;
  readonly load: (scenario: Scenario, flagCount: number) => Loaded | Promise<Loaded>;
}

/** The loop around a synchronous engine. */
export function loop(ask: (flag: number, listener: number) => boolean): Loaded['run'] {
  return (times, flags, listeners) => {
    let trues = 0;
    let flag = 0;
    let listener = 0;
    for (let index = 0; index < times; index += 1) {
      if (ask(flag, listener)) trues += 1;
      flag = flag + 1 === flags ? 0 : flag + 1;
      listener = listener + 1 === listeners ? 0 : listener + 1;
    }
    return trues;
  };
}

/** The loop around an engine that answers with a promise. */
export function asyncLoop(ask: (flag: number, listener: number) => Promise<boolean>): Loaded['run'] {
  return async (times, flags, listeners) => {
    let trues = 0;
    let flag = 0;
    let listener = 0;
    for (let index = 0; index < times; index += 1) {
      if (await ask(flag, listener)) trues += 1;
      flag = flag + 1 === flags ? 0 : flag + 1;
      listener = listener + 1 === listeners ? 0 : listener + 1;
    }
    return trues;
  };
}
