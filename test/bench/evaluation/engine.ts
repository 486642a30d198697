import type { Scenario } from './scenarios.ts';

/** One engine with one scenario's flags loaded. */
export interface Loaded {
  /** Is a flag true for a listener? Both by their numbers. */
  readonly ask: (flag: number, listener: number) => boolean | Promise<boolean>;
  /** Asks a number of times, all flags and listeners by turns, for all that the engine says and in its own fastest way. */
  readonly run: (times: number, flags: number, listeners: number) => void | Promise<void>;
  /** Every flag for one listener, if the engine has a call for it; the count of flags. */
  readonly all?: (listener: number) => number | Promise<number>;
  readonly close?: () => void | Promise<void>;
}

export interface Engine {
  readonly name: string;
  readonly load: (scenario: Scenario, flagCount: number) => Loaded | Promise<Loaded>;
  /** The scenarios that it is asked for. Default: all. */
  readonly scenarios?: readonly Scenario[];
}

/** The default that every question gives: no flag that answers "no" for itself can be taken for one that does not. */
export const DEFAULT = true;

/** The last answer, where it can be seen: of one that nobody keeps the compiler makes no more than is looked at. */
export const kept: { answer: unknown } = { answer: undefined };

/**
 * From one flag to the next that is asked for; every flag has its turn. In the order in which they were loaded the
 * processor would fetch each before it is asked for, as it could for no program's own order.
 */
const STRIDE = 619;

/** The loop around a synchronous engine. */
export function loop(answer: (flag: number, listener: number) => unknown): Loaded['run'] {
  return (times, flags, listeners) => {
    const stride = STRIDE % flags;
    let flag = 0;
    let listener = 0;
    for (let index = 0; index < times; index += 1) {
      kept.answer = answer(flag, listener);
      flag = flag + stride < flags ? flag + stride : flag + stride - flags;
      listener = listener + 1 === listeners ? 0 : listener + 1;
    }
  };
}

/** The loop around an engine that answers with a promise. */
export function asyncLoop(answer: (flag: number, listener: number) => Promise<unknown>): Loaded['run'] {
  return async (times, flags, listeners) => {
    const stride = STRIDE % flags;
    let flag = 0;
    let listener = 0;
    for (let index = 0; index < times; index += 1) {
      kept.answer = await answer(flag, listener);
      flag = flag + stride < flags ? flag + stride : flag + stride - flags;
      listener = listener + 1 === listeners ? 0 : listener + 1;
    }
  };
}
