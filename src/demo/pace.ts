/** How many times faster than the world the releases of a talk run; 0: they stand still. */
export const PACES = [0, 1, 60, 3_600] as const;

/** The clock by which releases watch their stages. A day's plan is shown in half a minute; what listeners do stays as fast as it is. */
export interface Pace {
  current(): number;
  set(times: (typeof PACES)[number]): void;
}

export function createPace(): Pace {
  let current = 1;
  return {
    current: () => current,
    set: (times) => {
      current = times;
    },
  };
}
