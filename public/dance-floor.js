// @ts-check
// Draws one dot for each listener, grouped by persona, as sunflowers grow their seeds. Only what moves is drawn again.

/**
 * @typedef {object} Dot
 * @property {number} seat
 * @property {number} persona
 * @property {0 | 1 | 2} answer 0: no page yet, 1: control, 2: treatment
 * @property {boolean} failed
 * @property {number} x
 * @property {number} y
 * @property {number} pulsedAt by the clock of animation frames; -1: it does not pulse
 */

const PULSE_MS = 450;
/** The golden angle: no seed stands behind another. */
const ANGLE = Math.PI * (3 - Math.sqrt(5));
const LABEL_HEIGHT = 30;

/** @param {HTMLCanvasElement} canvas */
function contextOf(canvas) {
  const context = canvas.getContext('2d');
  if (context === null) throw new Error('this browser draws no canvas');
  return context;
}

function readInks() {
  const style = getComputedStyle(document.documentElement);
  /** @param {string} name */
  const ink = (name) => style.getPropertyValue(`--${name}`).trim();
  return {
    answers: [ink('edge'), ink('control'), ink('treatment')],
    edges: [ink('edge'), ink('control-ink'), ink('treatment-ink')],
    trouble: ink('trouble'),
    lamp: ink('lamp-ink'),
    text: ink('text'),
    font: ink('display'),
  };
}

/**
 * @param {HTMLCanvasElement} canvas
 * @param {readonly string[]} personas
 */
export function createDanceFloor(canvas, personas) {
  const context = contextOf(canvas);
  const still = matchMedia('(prefers-reduced-motion: reduce)');
  /** @type {Map<number, Dot>} */
  const dots = new Map();
  let radius = 5;
  let chosen = -1;
  let isDue = false;
  /** @type {readonly { name: string, x: number, y: number }[]} */
  let labels = [];
  let inks = readInks();

  /** Where the dots of each persona stand. */
  function arrange() {
    const { width, height } = canvas.getBoundingClientRect();
    const scale = devicePixelRatio;
    canvas.width = Math.round(width * scale);
    canvas.height = Math.round(height * scale);
    context.setTransform(scale, 0, 0, scale, 0, 0);
    const groups = personas.map((_, persona) => [...dots.values()].filter((dot) => dot.persona === persona));
    const columns = width < 520 ? 2 : 3;
    const rows = Math.ceil(personas.length / columns);
    const cell = { width: width / columns, height: (height - LABEL_HEIGHT) / rows };
    const largest = Math.max(...groups.map(({ length }) => length), 1);
    const reach = Math.min(cell.width, cell.height - LABEL_HEIGHT) / 2 - 4;
    const step = Math.min(22, reach / Math.sqrt(largest));
    radius = Math.max(1.6, step * 0.62);
    labels = groups.map((group, index) => {
      const x = (index % columns) * cell.width + cell.width / 2;
      const y = Math.floor(index / columns) * cell.height + (cell.height - LABEL_HEIGHT) / 2;
      for (const [place, dot] of group.entries()) {
        const distance = step * Math.sqrt(place + 0.5);
        dot.x = x + distance * Math.cos(place * ANGLE);
        dot.y = y + distance * Math.sin(place * ANGLE);
      }
      return { name: personas[index] ?? '', x, y: y + step * Math.sqrt(largest) + 22 };
    });
    draw();
  }

  function draw() {
    if (isDue) return;
    isDue = true;
    requestAnimationFrame(paint);
  }

  /** @param {number} now */
  function paint(now) {
    isDue = false;
    const { width, height } = canvas.getBoundingClientRect();
    context.clearRect(0, 0, width, height);
    let moves = false;
    for (const dot of dots.values()) {
      const age = dot.pulsedAt < 0 ? PULSE_MS : now - dot.pulsedAt;
      const pulse = still.matches || age >= PULSE_MS ? 0 : 1 - Math.max(0, age) / PULSE_MS;
      if (pulse > 0) moves = true;
      paintDot(dot, pulse);
    }
    const marked = dots.get(chosen);
    if (marked !== undefined) {
      ring(marked, radius + 5, inks.lamp, 3);
    }
    if (dots.size > 0) {
      context.fillStyle = inks.text;
      context.font = `600 ${Math.max(15, width / 62)}px ${inks.font}`;
      context.textAlign = 'center';
      for (const { name, x, y } of labels) context.fillText(name, x, y);
    }
    if (moves) draw();
  }

  /**
   * @param {Dot} dot
   * @param {number} pulse 1 to 0
   */
  function paintDot(dot, pulse) {
    const { answer, failed, x, y } = dot;
    context.globalAlpha = answer === 0 && !failed ? 0.45 : 1;
    context.fillStyle = failed ? inks.trouble : (inks.answers[answer] ?? inks.text);
    context.beginPath();
    context.arc(x, y, radius * (1 + 0.35 * pulse), 0, 2 * Math.PI);
    context.fill();
    // Colour is not the only sign: treatment has an open middle, a failed page a ring of its own version.
    if (failed) ring(dot, radius + 1.5, inks.edges[answer] ?? inks.text, 2);
    else if (answer === 2 && radius > 3) {
      context.globalAlpha = 0.55;
      context.fillStyle = '#04201f';
      context.beginPath();
      context.arc(x, y, radius * 0.34, 0, 2 * Math.PI);
      context.fill();
    }
    if (pulse > 0) {
      context.globalAlpha = pulse * 0.8;
      ring(dot, radius + (1 - pulse) * radius * 2.4, failed ? inks.trouble : (inks.edges[answer] ?? ''), 1.5);
    }
    context.globalAlpha = 1;
  }

  /**
   * @param {Dot} dot
   * @param {number} size
   * @param {string} ink
   * @param {number} width
   */
  function ring({ x, y }, size, ink, width) {
    context.strokeStyle = ink;
    context.lineWidth = width;
    context.beginPath();
    context.arc(x, y, size, 0, 2 * Math.PI);
    context.stroke();
  }

  new ResizeObserver(arrange).observe(canvas);
  matchMedia('(prefers-color-scheme: light)').addEventListener('change', () => {
    inks = readInks();
    draw();
  });
  void document.fonts.ready.then(draw);

  return {
    /** @param {readonly [number, number, 0 | 1 | 2, 0 | 1, string][]} all */
    fill(all) {
      dots.clear();
      for (const [seat, persona, answer, failed] of all)
        dots.set(seat, { seat, persona, answer, failed: failed === 1, x: 0, y: 0, pulsedAt: -1 });
      if (!dots.has(chosen)) chosen = -1;
      arrange();
    },
    /** @param {readonly [number, number, 0 | 1 | 2, 0 | 1, string][]} changed */
    change(changed) {
      const now = performance.now();
      for (const [seat, , answer, failed, kind] of changed) {
        const dot = dots.get(seat);
        if (dot === undefined) continue;
        dot.answer = answer;
        dot.failed = failed === 1;
        if (kind !== 'page' && kind !== 'left') dot.pulsedAt = now;
      }
      draw();
    },
    /** How many dots have which colour; a failed page counts for the version that the flag gave. */
    counts() {
      const counts = { waiting: 0, control: 0, treatment: 0, failed: 0 };
      for (const { answer, failed } of dots.values()) {
        counts[answer === 0 ? 'waiting' : answer === 1 ? 'control' : 'treatment'] += 1;
        if (failed) counts.failed += 1;
      }
      return counts;
    },
    /**
     * The seat of the dot that is nearest, if one is near.
     * @param {number} x
     * @param {number} y
     */
    seatAt(x, y) {
      let nearest = -1;
      let least = (radius + 8) ** 2;
      for (const dot of dots.values()) {
        const distance = (dot.x - x) ** 2 + (dot.y - y) ** 2;
        if (distance < least) [nearest, least] = [dot.seat, distance];
      }
      return nearest;
    },
    /** @param {number} seat */
    choose(seat) {
      chosen = seat;
      draw();
      return dots.get(seat);
    },
    /**
     * The next listener in a direction; -1 when there is none at all.
     * @param {number} from
     * @param {'ArrowLeft' | 'ArrowRight' | 'ArrowUp' | 'ArrowDown'} key
     */
    next(from, key) {
      const here = dots.get(from);
      if (here === undefined) return dots.keys().next().value ?? -1;
      const across = key === 'ArrowLeft' || key === 'ArrowRight';
      const sign = key === 'ArrowRight' || key === 'ArrowDown' ? 1 : -1;
      let best = from;
      let least = Infinity;
      for (const dot of dots.values()) {
        const ahead = sign * (across ? dot.x - here.x : dot.y - here.y);
        const aside = Math.abs(across ? dot.y - here.y : dot.x - here.x);
        const cost = ahead + 2 * aside;
        if (ahead > 0.5 && cost < least) [best, least] = [dot.seat, cost];
      }
      return best;
    },
  };
}
