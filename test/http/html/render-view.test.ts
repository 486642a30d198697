import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { createRenderView } from '../../../src/http/html/render-view.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

let folder: string;

const template = (name: string, text: string): void => writeFileSync(join(folder, `${name}.ejs`), text);

beforeEach(() => {
  folder = temporaryFolder();
  mkdirSync(join(folder, 'partials'));
  template('list', `<% for (const row of page.rows) { %><%- include('partials/row', row) %><% } %>`);
  template('partials/row', `<%- include('name', { name: page.name }) %>;`);
  template('partials/name', `<b><%= page.name %></b>`);
});

describe('a view', () => {
  test('includes partials of partials, and escapes what they show', () => {
    const render = createRenderView<{ list: object }>(folder);
    expect(render('list', { rows: [{ name: 'a' }, { name: '<i>' }] })).toBe('<b>a</b>;<b>&lt;i&gt;</b>;');
  });

  test('renders a partial that is rendered once from the same model object only once', () => {
    let reads = 0;
    const row = {
      get name() {
        reads += 1;
        return 'a';
      },
    };
    const render = createRenderView<{ list: object }>(folder, { renderedOnce: ['row'] });
    expect(render('list', { rows: [row, row] })).toBe('<b>a</b>;<b>a</b>;');
    const readsOfOne = reads;
    render('list', { rows: [row] });
    expect(reads).toBe(readsOfOne);
    expect(render('list', { rows: [{ name: 'b' }] })).toBe('<b>b</b>;');
  });

  test('that is to be ASCII shows every other character as a reference, in its own text and in what it shows', () => {
    template('cheer', `<p title="“"><%= page.name + '…' %>’ <%# – %>🎧<b><%= page.none %></b></p>`);
    const render = createRenderView<{ cheer: object }>(folder, { asciiOnly: true });
    expect(render('cheer', { name: '<Beyoncé 🎧>' })).toBe(
      '<p title="&#8220;">&lt;Beyonc&#233; &#127911;&gt;&#8230;&#8217; &#127911;<b></b></p>',
    );
  });

  test('is read from the disk once', () => {
    const render = createRenderView<{ list: object }>(folder);
    render('list', { rows: [{ name: 'a' }] });
    for (const name of ['list', 'partials/row', 'partials/name']) template(name, 'changed');
    expect(render('list', { rows: [{ name: 'b' }] })).toBe('<b>b</b>;');
  });

  test('knows only what its model has, and no variable of another name', () => {
    template('bare', '<%= rows %>');
    const render = createRenderView<{ bare: object; none: object }>(folder);
    expect(() => render('bare', { rows: [1] })).toThrow('rows is not defined');
    expect(() => render('none', {})).toThrow('is called none');
  });
});
