// @ts-check
// Faders that can be dragged. A fader's range counts units between its marks, which stand at equal distances; the percentage
// is kept in `data-percentage`, and what it was before in `data-was`. A fader that is being moved has `data-held`.

import { formFields } from './swap.js';

const KEYS_PAUSE_MS = 450;
const UNITS_PER_MARK = 100;
/** @type {Readonly<Record<string, 1 | -1>>} */
const KEY_STEPS = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1 };

/** @type {ReturnType<typeof setTimeout> | undefined} */
let keysPause;

export const isHeld = () => document.querySelector('[data-held]') !== null;

/** @param {HTMLInputElement} range */
const faderOf = (range) => range.closest('[data-fader]') ?? range;

/** @param {HTMLInputElement} range */
const marksOf = (range) =>
  [...faderOf(range).querySelectorAll('button.mark')].map((mark) => Number(mark.getAttribute('value')));

/** @param {HTMLInputElement} range */
const percentageOf = (range) => Number(range.dataset.percentage);

/**
 * Rounded to a step that one can hit: 0.1 below 1 %, 0.5 below 10 %, 1 above.
 * @param {number} units
 * @param {readonly number[]} marks
 */
function percentageAt(units, marks) {
  const below = Math.min(Math.floor(units / UNITS_PER_MARK), marks.length - 2);
  const part = units / UNITS_PER_MARK - below;
  const exact = marks[below] + part * (marks[below + 1] - marks[below]);
  const step = exact < 1 ? 0.1 : exact < 10 ? 0.5 : 1;
  return Number((Math.round(exact / step) * step).toFixed(3));
}

/**
 * @param {number} percentage
 * @param {readonly number[]} marks
 */
function unitsAt(percentage, marks) {
  const above = Math.max(
    1,
    marks.findIndex((mark) => mark >= percentage),
  );
  const [low, high] = [marks[above - 1], marks[above]];
  return (above - 1 + (percentage - low) / (high - low)) * UNITS_PER_MARK;
}

/**
 * @param {HTMLInputElement} range
 * @param {number} percentage
 */
function show(range, percentage) {
  const fader = faderOf(range);
  const marks = marksOf(range);
  const units = unitsAt(percentage, marks);
  const position = `${(units / ((marks.length - 1) * UNITS_PER_MARK)) * 100}%`;
  const text = `${percentage}\u00a0%`;
  range.value = String(Math.round(units));
  range.dataset.percentage = String(percentage);
  range.setAttribute('aria-valuetext', text);
  fader.querySelector('.slot-lit')?.setAttribute('width', position);
  fader.querySelector('.knob')?.setAttribute('x', position);
  fader.querySelector('.readout-number')?.replaceChildren(text);
  for (const mark of fader.querySelectorAll('button.mark')) {
    if (Number(mark.getAttribute('value')) === percentage) mark.setAttribute('aria-pressed', 'true');
    else mark.removeAttribute('aria-pressed');
  }
}

/**
 * @param {string} key
 * @param {number} percentage
 * @param {readonly number[]} marks
 * @returns {number | undefined}
 */
function keyTarget(key, percentage, marks) {
  const direction = KEY_STEPS[key];
  if (direction !== undefined) {
    const step = percentage + (direction < 0 ? -0.0001 : 0) < 1 ? 0.1 : 1;
    const moved =
      direction > 0 ? Math.floor(percentage / step + 1.0001) : Math.ceil(percentage / step - 1.0001);
    return Math.min(100, Math.max(0, Number((moved * step).toFixed(3))));
  }
  if (key === 'PageUp') return marks.find((mark) => mark > percentage) ?? 100;
  if (key === 'PageDown') return marks.findLast((mark) => mark < percentage) ?? 0;
  if (key === 'Home') return 0;
  return key === 'End' ? 100 : undefined;
}

/**
 * Makes the faders of new parts of the page work.
 * @param {(form: HTMLFormElement, fields: URLSearchParams) => Promise<unknown>} send called when a fader is let go elsewhere
 * @param {() => void} onSettled called when it is let go where it was
 * @param {(text: string) => void} say
 */
export function improveFaders(send, onSettled, say) {
  for (const range of document.querySelectorAll('input.slot-range')) {
    if (range instanceof HTMLInputElement && range.hidden) improve(range);
  }

  /** @param {HTMLInputElement} range */
  function improve(range) {
    range.hidden = false;
    range.dataset.was = range.dataset.percentage;
    /** @param {number} percentage */
    const hold = (percentage) => {
      range.dataset.held = 'yes';
      show(range, percentage);
    };
    range.addEventListener('input', () => hold(percentageAt(Number(range.value), marksOf(range))));
    range.addEventListener('change', () => letGo(range));
    range.addEventListener('keydown', (event) => {
      const target = keyTarget(event.key, percentageOf(range), marksOf(range));
      if (target === undefined) return;
      event.preventDefault();
      hold(target);
      clearTimeout(keysPause);
      keysPause = setTimeout(() => letGo(range), KEYS_PAUSE_MS);
    });
    range.addEventListener('blur', () => {
      if (range.dataset.held !== undefined) letGo(range);
    });
  }

  /** @param {HTMLInputElement} range */
  function letGo(range) {
    clearTimeout(keysPause);
    delete range.dataset.held;
    const { form } = range;
    if (form === null || range.dataset.percentage === range.dataset.was) {
      onSettled();
      return;
    }
    const fields = formFields(form);
    fields.set('percentage', String(percentageOf(range)));
    send(form, fields).catch(() => {
      show(range, Number(range.dataset.was));
      say('DJ Toggle cannot be reached. The fader is back where it was.');
    });
  }
}
