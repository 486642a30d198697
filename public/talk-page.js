// @ts-check
// What the pages of a talk share: forms are sent in place, parts follow the server, clocks run.

import { byId, fetchPage, formFields, keepingFocus, replace } from './swap.js';

/** @param {string} id */
export function canvasOf(id) {
  const element = byId(id);
  if (!(element instanceof HTMLCanvasElement)) throw new Error(`the page has no canvas ${id}`);
  return element;
}

/** @param {string} text */
const say = (text) => byId('connection')?.replaceChildren(text);

export const sayLost = () => say('DJ Toggle cannot be reached; this page stands still.');
export const sayConnected = () => say('');

/**
 * Without the token against forged forms, which is another one each time.
 * @param {HTMLElement} part
 */
const markup = (part) => part.outerHTML.replaceAll(/name="csrf" value="[^"]*"/g, '');

/**
 * Keeps the parts of a page as the server draws them.
 * @param {string} home the page's own path
 * @param {readonly string[]} parts
 * @param {() => void} afterwards
 * @returns a function that fetches the page once more
 */
export function followPage(home, parts, afterwards) {
  let isBusy = false;
  let isBehind = false;

  /**
   * @param {string} address
   * @param {RequestInit} [options]
   */
  async function refresh(address, options) {
    if (isBusy && options === undefined) {
      isBehind = true;
      return;
    }
    isBusy = true;
    try {
      const { page, address: reached } = await fetchPage(address, options);
      if (page.body.className !== document.body.className) {
        // The session has ended, or something is wrong: that page says what.
        if (reached.pathname.startsWith('/dashboard/login')) location.assign(reached);
        say(page.querySelector('h1')?.textContent ?? 'That did not work.');
        return;
      }
      say(page.querySelector('.talk-alert')?.textContent ?? '');
      keepingFocus(
        () => {
          for (const id of parts) {
            const [old, fresh] = [byId(id), page.getElementById(id)];
            // A button must not be exchanged under the pointer for one that is the same.
            if (old !== null && fresh !== null && markup(old) !== markup(fresh)) replace(old, fresh);
          }
        },
        () => byId('main'),
      );
      afterwards();
    } finally {
      isBusy = false;
    }
    if (isBehind) {
      isBehind = false;
      void refresh(home).catch(sayLost);
    }
  }

  document.addEventListener('submit', (event) => {
    const form = event.target;
    if (!(form instanceof HTMLFormElement) || !('send' in form.dataset)) return;
    event.preventDefault();
    const { submitter } = event;
    const address = submitter?.getAttribute('formaction') ?? form.getAttribute('action') ?? '';
    refresh(address, { method: 'POST', body: formFields(form, submitter) }).catch(sayLost);
  });
  return () => void refresh(home).catch(sayLost);
}

/**
 * A clock that runs from the time in `data-since`; where that is empty, what it shows is the server's word.
 * @param {string} selector
 * @param {string} id of the text
 * @param {(milliseconds: number) => string} format
 */
export function runClock(selector, id, format) {
  const show = () => {
    const since = Number(document.querySelector(selector)?.getAttribute('data-since'));
    if (since > 0) byId(id)?.replaceChildren(format(Math.max(0, Date.now() - since)));
  };
  setInterval(show, 100);
  return show;
}

/** @param {number} milliseconds */
export const inSeconds = (milliseconds) => (milliseconds / 1_000).toFixed(1);
