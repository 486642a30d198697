// @ts-check
// The values of a condition as chips, over the field that has one a line, which stays what the form sends. Enter adds a
// value, pasted lines add one each; Backspace goes to the last chip, the arrows along them, Delete takes one away.

for (const field of document.querySelectorAll('textarea[data-chips]'))
  if (field instanceof HTMLTextAreaElement && field.closest('fieldset[disabled]') === null) showChips(field);

/** @param {HTMLTextAreaElement} field */
function showChips(field) {
  const box = document.createElement('div');
  const list = document.createElement('ul');
  const input = document.createElement('input');
  box.className = 'chips field';
  input.className = 'chip-input';
  input.autocapitalize = 'off';
  input.autocomplete = 'off';
  input.spellcheck = false;
  input.placeholder = 'Add a value';
  // The label is the input's now.
  input.id = field.id;
  input.setAttribute('aria-describedby', field.getAttribute('aria-describedby') ?? '');
  field.id += '-lines';
  field.hidden = true;
  const label = field.parentElement?.querySelector('label');
  label?.replaceChildren('Values');
  box.append(list, input);
  field.before(box);

  const values = () => field.value.split('\n').filter((line) => line.trim() !== '');
  /** @param {readonly string[]} lines */
  const set = (lines) => {
    field.value = lines.join('\n');
    list.replaceChildren(...lines.map(chip));
    list.hidden = lines.length === 0;
  };
  /** @param {string} text */
  const add = (text) => {
    const lines = text.split(/\r?\n/).flatMap((line) => (line.trim() === '' ? [] : [line.trim()]));
    const before = values();
    field.value = [...before, ...lines].join('\n');
    // The others stay, so that a click on one of them still finds it.
    list.append(...lines.map((line, at) => chip(line, before.length + at)));
    list.hidden = field.value === '';
  };
  const addTyped = () => {
    if (input.value.trim() === '') return false;
    add(input.value);
    input.value = '';
    return true;
  };
  const buttons = () => [...list.querySelectorAll('button')];
  /** @param {number} at */
  const remove = (at) => {
    set(values().filter((_, other) => other !== at));
    (buttons()[Math.min(at, buttons().length - 1)] ?? input).focus();
  };

  /**
   * @param {string} text
   * @param {number} at
   */
  function chip(text, at) {
    const item = document.createElement('li');
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'value-chip';
    button.textContent = text;
    button.setAttribute('aria-label', `Remove ${text}`);
    button.addEventListener('click', () => remove(at));
    button.addEventListener('keydown', (event) => {
      const { key } = event;
      if (key === 'Delete' || key === 'Backspace') remove(at);
      else if (key === 'ArrowLeft') buttons()[at - 1]?.focus();
      else if (key === 'ArrowRight') (buttons()[at + 1] ?? input).focus();
      else return;
      event.preventDefault();
    });
    item.append(button);
    return item;
  }

  input.addEventListener('keydown', (event) => {
    if (event.isComposing) return;
    if (event.key === 'Enter' && addTyped()) event.preventDefault();
    else if ((event.key === 'Backspace' || event.key === 'ArrowLeft') && input.value === '') {
      const last = buttons().at(-1);
      if (last === undefined) return;
      event.preventDefault();
      last.focus();
    }
  });
  input.addEventListener('paste', (event) => {
    const text = event.clipboardData?.getData('text/plain') ?? '';
    if (!/\n/.test(text)) return;
    event.preventDefault();
    add(input.value + text);
    input.value = '';
  });
  // What was typed last counts without Enter.
  input.addEventListener('blur', addTyped);
  field.form?.addEventListener('submit', addTyped);
  set(values());
}
