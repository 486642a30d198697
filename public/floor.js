// @ts-check
// The dance floor: dots follow the stream, forms are sent in place, and a dot that is pointed at says who it is.

import { createDanceFloor } from './dance-floor.js';
import { openStream } from './event-source.js';
import { byId } from './swap.js';
import { canvasOf, followPage, inSeconds, runClock, sayConnected, sayLost } from './talk-page.js';

const canvas = canvasOf('dots');
const floor = createDanceFloor(canvas, JSON.parse(canvas.dataset.personas ?? '[]'));
const tip = byId('tip') ?? document.createElement('div');

/** What the server draws; sliders stay, since a hand may be on them. */
const PARTS = [
  'alert',
  'paces',
  'replay',
  'runs-form',
  'stopwatch',
  'release',
  'release-form',
  'crowd-buttons',
  'faults-text',
  'source',
  'empty',
];

const showClock = runClock('.floor-clock', 'seconds', inSeconds);
const refresh = followPage('/floor', PARTS, showClock);

document.addEventListener('submit', ({ target }) => {
  if (target instanceof HTMLFormElement && target.id === 'mend-form') mendSliders();
});

function mendSliders() {
  for (const id of ['error-percent', 'latency']) {
    const slider = byId(id);
    if (slider instanceof HTMLInputElement) {
      slider.value = '0';
      showSlider(slider);
    }
  }
  const box = byId('wrong-order');
  if (box instanceof HTMLInputElement) box.checked = false;
}

/** @param {HTMLInputElement} slider */
const showSlider = (slider) =>
  slider.parentElement
    ?.querySelector('output')
    ?.replaceChildren(`${slider.value}${slider.dataset.unit ?? ''}`);

document.addEventListener('input', ({ target }) => {
  if (target instanceof HTMLInputElement && target.type === 'range') showSlider(target);
});

// The crowd grows and shrinks with its slider.
byId('size')?.addEventListener('change', () => byId('resize')?.click());

// What the service counted, beside what the picture shows.

/** @param {readonly { persona: string, control: number, treatment: number, waiting: number }[]} counts */
function showCounts(counts) {
  const rows = byId('counts')?.children ?? [];
  const total = { control: 0, treatment: 0 };
  for (const [index, { control, treatment, waiting }] of counts.entries()) {
    total.control += control;
    total.treatment += treatment;
    const cells = rows[index]?.querySelectorAll('td') ?? [];
    for (const [place, count] of [control, treatment, waiting].entries())
      cells[place]?.replaceChildren(String(count));
  }
  const all = total.control + total.treatment;
  const share = all === 0 ? 0 : Math.round((100 * total.treatment) / all);
  byId('total-control')?.replaceChildren(String(total.control));
  byId('total-treatment')?.replaceChildren(String(total.treatment));
  byId('share-control')?.replaceChildren(`${all === 0 ? 0 : 100 - share} %`);
  byId('share-treatment')?.replaceChildren(`${share} %`);
  byId('bar-treatment')?.setAttribute('width', String(share));
}

function showPicture() {
  const { control, treatment, failed } = floor.counts();
  byId('picture-text')?.replaceChildren(
    `In the picture: ${control} sand, ${treatment} teal${failed === 0 ? '' : `, ${failed} with a failed page`}.`,
  );
}

openStream(
  document.body.dataset.events ?? '',
  {
    floor: (dots) => {
      floor.fill(dots);
      showPicture();
    },
    dots: (dots) => {
      floor.change(dots);
      showPicture();
    },
    counts: showCounts,
    changed: refresh,
  },
  { onOpen: sayConnected, onLost: sayLost },
);

// A dot says who it is, and leads to the site as they see it.

let chosen = -1;
/** @type {string | undefined} */
let chosenHref;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let pointing;

/**
 * @param {number} seat
 * @param {boolean} speak
 */
function choose(seat, speak) {
  if (seat === chosen) return;
  chosen = seat;
  chosenHref = undefined;
  const dot = floor.choose(seat);
  canvas.style.cursor = seat === -1 ? '' : 'pointer';
  tip.hidden = true;
  clearTimeout(pointing);
  if (dot === undefined) return;
  pointing = setTimeout(() => void tell(seat, dot, speak).catch(sayLost), 60);
}

const ANSWERS = { control: 'Top 10', treatment: 'Full crate' };

/**
 * @param {number} seat
 * @param {{ x: number, y: number }} dot
 * @param {boolean} speak
 */
async function tell(seat, { x, y }, speak) {
  const response = await fetch(`/floor/listeners/${seat}`, { headers: { accept: 'application/json' } });
  if (!response.ok || seat !== chosen) return;
  /** @type {{ key: string, persona: string, answer: 'control' | 'treatment' | null, failed: boolean, source: string | null,
   *   because: string, bucket: number | null, href: string }} */
  const listener = await response.json();
  chosenHref = listener.href;
  const name = document.createElement('b');
  name.textContent = `${listener.key}, ${listener.persona}`;
  const answer = `${listener.answer === null ? 'No page yet' : ANSWERS[listener.answer]}${listener.failed ? ', and the last page failed' : ''}`;
  const bucket = listener.bucket === null ? '' : `Bucket ${listener.bucket} of 100. `;
  const lines = [
    answer,
    listener.because,
    `${bucket}${listener.source === null ? '' : `Answered by: ${listener.source}.`}`,
  ];
  tip.replaceChildren(name, ...lines.map(lineOf));
  tip.hidden = false;
  const room = canvas.getBoundingClientRect();
  const own = tip.getBoundingClientRect();
  tip.style.left = `${Math.max(0, Math.min(room.width - own.width, x + 14))}px`;
  tip.style.top = `${y + own.height + 18 > room.height ? Math.max(0, y - own.height - 14) : y + 14}px`;
  if (speak) byId('spoken')?.replaceChildren([name.textContent, ...lines].join('. '));
}

/** @param {string} text */
function lineOf(text) {
  const line = document.createElement('p');
  line.textContent = text;
  return line;
}

canvas.addEventListener('pointermove', ({ offsetX, offsetY }) =>
  choose(floor.seatAt(offsetX, offsetY), false),
);
canvas.addEventListener('pointerleave', () => choose(-1, false));
canvas.addEventListener('blur', () => choose(-1, false));
const open = () => {
  if (chosenHref !== undefined) window.open(chosenHref, '_blank', 'noopener');
};
canvas.addEventListener('click', ({ offsetX, offsetY }) => {
  if (floor.seatAt(offsetX, offsetY) === chosen) open();
});
canvas.addEventListener('keydown', (event) => {
  const { key } = event;
  if (key === 'Enter') open();
  else if (key === 'Escape') choose(-1, false);
  else if (key === 'ArrowLeft' || key === 'ArrowRight' || key === 'ArrowUp' || key === 'ArrowDown') {
    event.preventDefault();
    choose(floor.next(chosen, key), true);
  }
});
