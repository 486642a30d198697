/** A drawing on a square of 100 × 100: a ground colour and one figure, filled by the even-odd rule. */
export interface Cover {
  readonly ground: string;
  readonly ink: string;
  /** SVG path data: only its letters and numbers, whatever the album's name holds. */
  readonly path: string;
}

/** Ground and ink, each pair chosen by eye: warm, a little faded, as if printed in two passes. */
const INKS = [
  ['#e4572e', '#ffd7a8'],
  ['#1f4e5f', '#f2b85b'],
  ['#f2c14e', '#5c2a1d'],
  ['#2f6f62', '#f6e3c5'],
  ['#7a2e3b', '#f4a56b'],
  ['#efe0c4', '#c8472f'],
  ['#243b55', '#e8836b'],
  ['#c26a3d', '#26323a'],
  ['#8fb8a8', '#3d2b3f'],
  ['#3b2c4a', '#e9b44c'],
  ['#d98c8c', '#3a2430'],
  ['#4a6b3a', '#f0d9a0'],
  ['#b8452f', '#151d2b'],
  ['#f1a66a', '#7b2d26'],
  ['#23575c', '#d7ead9'],
  ['#6b4a3a', '#9fd0c7'],
] as const;

type Dice = (sides: number) => number;

/** One decimal is finer than a pixel of any cover here. */
const tenths = (value: number): number => Math.round(value * 10) / 10;

function disc(x: number, y: number, radius: number): string {
  const r = tenths(radius);
  return `M${tenths(x - r)} ${y}a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0Z`;
}

const bar = (x: number, y: number, width: number, height: number): string =>
  `M${x} ${y}h${width}v${height}h${-width}Z`;

const range = (count: number): readonly number[] => Array.from({ length: count }, (_, index) => index);

const FIGURES: readonly ((dice: Dice) => string)[] = [
  // A low sun.
  (dice) => disc(30 + dice(5) * 10, 46 + dice(4) * 8, 22 + dice(4) * 4) + bar(0, 78, 100, 4),
  // Rings, as a stone leaves them in water.
  (dice) => {
    const [x, y] = [20 + dice(4) * 20, 20 + dice(4) * 20];
    return range(6)
      .map((ring) => disc(x, y, 10 + ring * 12))
      .join('');
  },
  // Slats that grow thicker downwards.
  (dice) =>
    range(7)
      .map((slat) => bar(0, 6 + slat * 14, 100 - (dice(2) === 0 ? slat * 9 : 0), 2 + slat * 1.5))
      .join(''),
  // Four leaves.
  (dice) => {
    const turn = dice(2);
    return range(4)
      .map((leaf) => {
        const [x, y] = [(leaf % 2) * 50, Math.floor(leaf / 2) * 50];
        return (leaf + turn) % 2 === 0
          ? `M${x} ${y}a50 50 0 0 1 50 50a50 50 0 0 1 -50 -50Z`
          : `M${x + 50} ${y}a50 50 0 0 1 -50 50a50 50 0 0 1 50 -50Z`;
      })
      .join('');
  },
  // A moon.
  (dice) => {
    const r = 28 + dice(3) * 4;
    return `M50 ${50 - r}a${r} ${r} 0 1 ${dice(2)} 0 ${2 * r}a${tenths(r * 1.2)} ${tenths(r * 1.2)} 0 0 ${dice(2)} 0 ${-2 * r}Z`;
  },
  // Arches, one in another.
  (dice) => {
    const x = 30 + dice(3) * 20;
    return range(5)
      .map((arch) => {
        const r = 46 - arch * 10;
        return `M${x - r} 100V58a${r} ${r} 0 0 1 ${2 * r} 0V100Z`;
      })
      .join('');
  },
  // A street of windows.
  (dice) =>
    range(16)
      .filter((window) => (window * 7 + dice(5)) % 5 !== 0)
      .map((window) => bar(10 + (window % 4) * 21, 10 + Math.floor(window / 4) * 21, 16, 16))
      .join(''),
  // Mountains.
  (dice) => {
    const peak = 30 + dice(5) * 10;
    return `M0 100L${peak} ${22 + dice(3) * 8}L100 100Z` + disc(peak < 50 ? 80 : 20, 22, 9);
  },
  // A needle's wave.
  (dice) => {
    const high = 10 + dice(3) * 6;
    return range(4)
      .map((wave) => {
        const y = 16 + wave * 22;
        return `M0 ${y}q12.5 ${-high} 25 0t25 0t25 0t25 0v7q-12.5 ${high} -25 0t-25 0t-25 0t-25 0Z`;
      })
      .join('');
  },
  // Half and half.
  (dice) => {
    const y = 30 + dice(3) * 20;
    return `M0 0h100v${y}H0Z${disc(50, y, 26)}`;
  },
  // Dots that fade to a corner.
  (dice) => {
    const flip = dice(2) === 0;
    return range(25)
      .map((dot) => {
        const [column, row] = [dot % 5, Math.floor(dot / 5)];
        return disc(14 + column * 18, 14 + row * 18, 2 + ((flip ? column : 4 - column) + row) * 0.8);
      })
      .join('');
  },
  // A fan of rays.
  (dice) => {
    const x = dice(3) * 50;
    return range(6)
      .map((ray) => {
        const at = (step: number): number => tenths(x + Math.tan(-1.25 + step * 0.21) * 100);
        return `M${x} 104L${at(ray * 2)} 4L${at(ray * 2 + 1)} 4Z`;
      })
      .join('');
  },
];

/** Drawn from the name alone: the same album always has the same cover. */
export function cover(albumName: string): Cover {
  const dice = diceOf(albumName);
  const [ground, ink] = INKS[dice(INKS.length)] ?? INKS[0];
  const figure = FIGURES[dice(FIGURES.length)] ?? FIGURES[0];
  return { ground, ink, path: figure?.(dice) ?? '' };
}

/** FNV-1a's offset basis, shifted until neighbours in the shipped list look unlike each other. */
const SEED = 0x811c9dc5 + 389;

/** FNV-1a over the name seeds xorshift32, which gives the figure as many numbers as it takes. */
function diceOf(text: string): Dice {
  let state = SEED;
  for (let index = 0; index < text.length; index++) {
    state = Math.imul(state ^ text.charCodeAt(index), 0x01000193);
  }
  // Avalanche of MurmurHash3, so that names that differ in the last letter differ everywhere.
  state = Math.imul(state ^ (state >>> 16), 0x85ebca6b);
  state = Math.imul(state ^ (state >>> 13), 0xc2b2ae35);
  state = (state ^ (state >>> 16)) | 1;
  return (sides) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % sides;
  };
}
