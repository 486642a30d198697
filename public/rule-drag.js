// @ts-check
// Rules are moved by dragging them; the buttons Up and Down do the same without. The form is sent, as they send it.

const form = document.getElementById('targeting');
const list = form?.querySelector('.rules');

/** @type {HTMLElement | undefined} */
let dragged;

if (
  form instanceof HTMLFormElement &&
  list instanceof HTMLElement &&
  list.closest('fieldset[disabled]') === null
) {
  for (const rule of list.children) {
    const head = rule.querySelector('.rule-head');
    if (head instanceof HTMLElement && rule instanceof HTMLElement) makeDraggable(head, rule);
  }
  list.addEventListener('dragover', (event) => {
    if (dragged === undefined) return;
    event.preventDefault();
    for (const rule of list.children) rule.classList.toggle('rule-target', rule === ruleAt(event));
  });
  list.addEventListener('drop', (event) => {
    event.preventDefault();
    const rules = [...list.children];
    const target = ruleAt(event);
    if (dragged === undefined || target === undefined || target === dragged) return;
    const step = document.createElement('input');
    step.type = 'hidden';
    step.name = 'do';
    step.value = `move:${rules.indexOf(dragged)}:${rules.indexOf(target)}`;
    form.append(step);
    form.submit();
  });
}

/**
 * @param {HTMLElement} head
 * @param {HTMLElement} rule
 */
function makeDraggable(head, rule) {
  head.draggable = true;
  head.classList.add('rule-handle');
  head.addEventListener('dragstart', (event) => {
    dragged = rule;
    event.dataTransfer?.setData('text/plain', '');
    event.dataTransfer?.setDragImage(rule, 0, 0);
  });
  head.addEventListener('dragend', () => {
    dragged = undefined;
    for (const other of document.querySelectorAll('.rule-target')) other.classList.remove('rule-target');
  });
}

/**
 * @param {DragEvent} event
 * @returns {Element | undefined}
 */
function ruleAt({ target }) {
  return target instanceof Element ? (target.closest('.rules > li') ?? undefined) : undefined;
}
