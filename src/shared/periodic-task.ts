/** Something that is done again and again, one run at a time. */
export interface PeriodicTask<Result> {
  /** A run; when one is under way, that one. */
  tick(): Promise<Result>;
  /** From now on every so many milliseconds. The process does not stay alive for it. */
  start(): void;
  /** Finishes the run that is under way. */
  stop(): Promise<void>;
}

/**
 * @param run never rejects: what goes wrong in a timer has no caller
 *
 * @example
 * const runner = createPeriodicTask(() => carryOutWhatIsDue(), 1_000);
 * runner.start();
 */
export function createPeriodicTask<Result>(
  run: () => Promise<Result>,
  everyMs: number,
): PeriodicTask<Result> {
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<Result> | undefined;
  const task: PeriodicTask<Result> = {
    tick() {
      running ??= run().finally(() => {
        running = undefined;
      });
      return running;
    },
    start() {
      timer ??= setInterval(() => void task.tick(), everyMs).unref();
    },
    async stop() {
      clearInterval(timer);
      timer = undefined;
      await running;
    },
  };
  return task;
}
