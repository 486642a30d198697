/** So many writes at most, and so long at most, before other work gets its turn. */
const BATCH_SIZE = 100;
const BATCH_MS = 1;
/** The clock is read once in so many members. */
const CLOCK_STRIDE = 8;

interface Job<Member> {
  readonly members: readonly Member[];
  readonly deliver: (member: Member) => void;
  next: number;
}

/** Delivers to many in small batches, each job whole before the next, so that every member gets events in order. */
export interface FanOut<Member> {
  add(members: readonly Member[], deliver: (member: Member) => void): void;
  /** Resolves when everything that was added is delivered. */
  idle(): Promise<void>;
}

export interface FanOutOptions {
  /** Milliseconds with fractions; only differences are used. */
  readonly now: () => number;
  /** Told of a delivery that threw; the other members still get theirs. */
  readonly onError: (error: unknown) => void;
}

export function createFanOut<Member>(options: FanOutOptions): FanOut<Member> {
  const jobs: Job<Member>[] = [];
  let waiting: (() => void)[] = [];
  let busy = false;

  function work(): void {
    busy = true;
    deliverBatch(jobs, options);
    busy = jobs.length > 0;
    if (busy) setImmediate(work);
    else {
      for (const resolve of waiting) resolve();
      waiting = [];
    }
  }

  return {
    add(members, deliver) {
      if (members.length === 0) return;
      jobs.push({ members, deliver, next: 0 });
      // The first batch goes out now: most groups are small, and theirs is then the whole job.
      if (!busy) work();
    },
    idle() {
      return jobs.length === 0 ? Promise.resolve() : new Promise((resolve) => waiting.push(resolve));
    },
  };
}

function deliverBatch<Member>(jobs: Job<Member>[], { now, onError }: FanOutOptions): void {
  const began = now();
  const isLate = (): boolean => now() - began > BATCH_MS;
  let written = 0;
  for (let job = jobs[0]; job !== undefined; job = jobs[0]) {
    while (job.next < job.members.length) {
      if (written === BATCH_SIZE || (written > 0 && written % CLOCK_STRIDE === 0 && isLate())) return;
      const member = job.members[job.next];
      job.next += 1;
      written += 1;
      try {
        if (member !== undefined) job.deliver(member);
      } catch (error) {
        onError(error);
      }
    }
    jobs.shift();
  }
}
