import { LISTENERS, flagKeys, type Listener, type Scenario } from './scenarios.ts';

/** `reused`: each listener's context was made once. `fresh`: it is made anew for each call, as for each request of a server. */
export const CONTEXT_MODES = ['reused', 'fresh'] as const;
export type ContextMode = (typeof CONTEXT_MODES)[number];

/** One engine with one scenario's flags loaded. */
export interface Loaded {
  /** Is a flag true for a listener? Both by their numbers. */
  readonly ask: (flag: number, listener: number) => boolean | Promise<boolean>;
  /** Evaluates a number of times, with all flags and listeners by turns, in the engine's own fastest way. */
  readonly run: (times: number, flags: number, listeners: number, mode: ContextMode) => void | Promise<void>;
  /** Evaluates every flag for one listener, if the engine has a call for it; the count of flags. */
  readonly all?: (listener: number) => number | Promise<number>;
  readonly close?: () => void | Promise<void>;
}

export interface Engine {
  readonly name: string;
  readonly load: (scenario: Scenario, flagCount: number) => Loaded | Promise<Loaded>;
  /** The scenarios that it takes part in. Default: all. */
  readonly scenarios?: readonly Scenario[];
}

/** What an engine brings: how it makes a context of a listener, and how it evaluates. */
export interface EngineCalls<Context, Answer> {
  readonly contextOf: (listener: Listener) => Context;
  readonly evaluate: (flagKey: string, context: Context) => Answer | Promise<Answer>;
  readonly isTrue: (answer: Answer) => boolean;
  readonly evaluateAll?: (context: Context) => number | Promise<number>;
  readonly close?: Loaded['close'];
  /** `evaluate` answers with a promise. */
  readonly isAsync?: boolean;
}

/** The default of every call: no flag whose answer is "no" can be taken for one that does not answer. */
export const DEFAULT = true;

/** The last answer is kept where it can be seen, or the compiler would remove work whose result is not used. */
export const kept: { answer: unknown } = { answer: undefined };

/**
 * From one flag to the next; every flag has its turn. In the order in which they were loaded the processor would fetch
 * each before it is needed, as it could not for a real program's order.
 */
const STRIDE = 619;

export function loaded<Context, Answer>(
  flagCount: number,
  { contextOf, evaluate, isTrue, evaluateAll, close, isAsync = false }: EngineCalls<Context, Answer>,
): Loaded {
  const keys = flagKeys(flagCount);
  const contexts = LISTENERS.map(contextOf);
  const reused = (flag: number, listener: number): Answer | Promise<Answer> =>
    evaluate(keys[flag]!, contexts[listener]!);
  const fresh = (flag: number, listener: number): Answer | Promise<Answer> =>
    evaluate(keys[flag]!, contextOf(LISTENERS[listener]!));
  // The value is read, since no caller evaluates a flag without reading it. A promise brings the value itself.
  const value = (answer: Answer | Promise<Answer>): unknown =>
    answer instanceof Promise ? answer : isTrue(answer);
  const loop = isAsync ? asyncLoop : syncLoop;
  const loops = {
    reused: loop((flag, listener) => value(reused(flag, listener))),
    fresh: loop((flag, listener) => value(fresh(flag, listener))),
  };
  return {
    ask: async (flag, listener) => isTrue(await reused(flag, listener)),
    run: (times, flags, listeners, mode) => loops[mode](times, flags, listeners),
    ...(evaluateAll && { all: (listener) => evaluateAll(contexts[listener]!) }),
    ...(close && { close }),
  };
}

type Loop = (times: number, flags: number, listeners: number) => void | Promise<void>;

function syncLoop(evaluate: (flag: number, listener: number) => unknown): Loop {
  return (times, flags, listeners) => {
    const stride = STRIDE % flags;
    let flag = 0;
    let listener = 0;
    for (let index = 0; index < times; index += 1) {
      kept.answer = evaluate(flag, listener);
      flag = flag + stride < flags ? flag + stride : flag + stride - flags;
      listener = listener + 1 === listeners ? 0 : listener + 1;
    }
  };
}

function asyncLoop(evaluate: (flag: number, listener: number) => unknown): Loop {
  return async (times, flags, listeners) => {
    const stride = STRIDE % flags;
    let flag = 0;
    let listener = 0;
    for (let index = 0; index < times; index += 1) {
      kept.answer = await evaluate(flag, listener);
      flag = flag + stride < flags ? flag + stride : flag + stride - flags;
      listener = listener + 1 === listeners ? 0 : listener + 1;
    }
  };
}
