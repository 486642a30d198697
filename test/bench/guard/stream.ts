import { binomial, type Random } from '../../../src/experiment/statistics/random.ts';
import { LAST_WINDOW, METHOD_NAMES, METHODS, type MethodName, type Setting, type Totals } from './methods.ts';

/** Windows end here, so that no step may pass it. */
const MAX_STEP = 500;

export interface Stream extends Setting {
  readonly treatedRate: number;
  /** Listeners after which a run is given up. */
  readonly horizon: number;
}

/** Treated listeners until each method found harm; null where it did not. */
export interface RunResult {
  readonly wald: number | null;
  readonly methods: Readonly<Record<MethodName, number | null>>;
}

/** Wald's sequential test on treated listeners, both rates known: the least that any method can need. */
class Wald {
  #logRatio = 0;
  #treated = 0;
  found: number | null = null;
  readonly #ofEvent: number;
  readonly #ofNone: number;

  constructor({ baseRate, treatedRate }: Stream) {
    this.#ofEvent = Math.log(treatedRate / baseRate);
    this.#ofNone = Math.log1p(-treatedRate) - Math.log1p(-baseRate);
  }

  /** So many treated listeners, the events among them at random places. */
  add(random: Random, treated: number, events: number): void {
    let left = events;
    for (let unseen = treated; unseen > 0 && this.found === null; unseen -= 1) {
      const isEvent = left > 0 && random() * unseen < left;
      if (isEvent) left -= 1;
      this.#logRatio += isEvent ? this.#ofEvent : this.#ofNone;
      this.#treated += 1;
      if (this.#logRatio >= Math.log(100)) this.found = this.#treated;
    }
  }
}

/** One stream, watched by all methods at once, or by those named. */
export function runStream(
  random: Random,
  stream: Stream,
  names: readonly MethodName[] = METHOD_NAMES,
): RunResult {
  const step = Math.min(stream.batch, MAX_STEP);
  const totals: Totals = { listeners: 0, treated: 0, treatedEvents: 0, control: 0, controlEvents: 0 };
  const wald = new Wald(stream);
  const watching = new Map(names.map((name) => [name, METHODS[name](stream)]));
  const found: Partial<Record<MethodName, number>> = {};
  const isHarmful = stream.treatedRate > stream.baseRate;
  const isOver = (): boolean =>
    totals.listeners >= stream.horizon || (watching.size === 0 && (!isHarmful || wald.found !== null));
  while (!isOver()) {
    const treated = binomial(random, step, stream.share);
    const events = binomial(random, treated, stream.treatedRate);
    totals.listeners += step;
    totals.treated += treated;
    totals.treatedEvents += events;
    totals.control += step - treated;
    totals.controlEvents += binomial(random, step - treated, stream.baseRate);
    if (isHarmful) wald.add(random, treated, events);
    for (const [name, method] of watching) {
      if (method(totals)) {
        found[name] = totals.treated;
        watching.delete(name);
      }
    }
    if (totals.listeners >= LAST_WINDOW) watching.delete('fixed windows 5k-10k-20k-50k');
  }
  const methods = Object.fromEntries(METHOD_NAMES.map((name) => [name, found[name] ?? null]));
  return { wald: wald.found, methods: methods as Record<MethodName, number | null> };
}
