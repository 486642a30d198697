import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import ejs, { type TemplateFunction } from 'ejs';

/** The HTML of a view; in the template the model is called `page`. */
export type RenderView<Views> = <Name extends keyof Views & string>(name: Name, model: Views[Name]) => string;

export interface RenderViewOptions {
  /**
   * Partials that are rendered once for each model object, which therefore must not change. The HTML lives as long as the
   * object: the caller bounds this cache by how many of these objects it keeps. Default: none.
   */
  readonly renderedOnce?: readonly string[];
  /**
   * Writes what is not ASCII as character references, so that the HTML has one byte a character and `sendAscii` need not
   * encode it. Not for templates with inline scripts, which know no references. Default false.
   */
  readonly asciiOnly?: boolean;
}

/**
 * Compiles each template of the folder when it is first needed, without `with`, so that a template can only speak of `page`.
 * `include('partials/head', model)` finds a template by its file's name and never looks at the disk. A model is handed over as
 * it is: build it field by field, never from a request's own objects.
 *
 * @example
 * const render = createRenderView<{ site: SitePage }>('views', { renderedOnce: ['track'] });
 * render('site', page); // '<!doctype html>…'
 */
export function createRenderView<Views extends Readonly<Record<string, object>>>(
  viewsFolder: string,
  { renderedOnce = [], asciiOnly = false }: RenderViewOptions = {},
): RenderView<Views> {
  const files = new Map(
    globSync('**/*.ejs', { cwd: viewsFolder }).map((file) => [
      basename(file, '.ejs'),
      join(viewsFolder, file),
    ]),
  );
  const templates = new Map<string, TemplateFunction>();
  const caches = new Map(renderedOnce.map((name) => [name, new WeakMap<object, string>()]));

  function templateOf(name: string): TemplateFunction {
    let template = templates.get(name);
    if (template === undefined) {
      const file = files.get(name);
      if (file === undefined) throw new Error(`no template in ${viewsFolder} is called ${name}`);
      template = compile(file, asciiOnly);
      templates.set(name, template);
    }
    return template;
  }

  function include(path: string, model: object): string {
    const name = path.slice(path.lastIndexOf('/') + 1);
    const cache = caches.get(name);
    const known = cache?.get(model);
    if (known !== undefined) return known;
    const html = templateOf(name)({ ...model, include });
    cache?.set(model, inOnePiece(html));
    return html;
  }

  return include;
}

/** V8 keeps a string that was put together as the tree of its parts, and would walk through it again for every page. */
const inOnePiece = (text: string): string => Buffer.from(text).toString();

function compile(filename: string, asciiOnly: boolean): TemplateFunction {
  const source = readFileSync(filename, 'utf8');
  return ejs.compile(asciiOnly ? source.replaceAll(TAG_OR_NOT_ASCII, toAscii) : source, {
    filename,
    async: false,
    strict: true,
    _with: false,
    localsName: 'page',
    // Ours takes the place of EJS's own `include`, which looks for the file and copies the includer's model each time.
    destructuredLocals: ['include'],
    rmWhitespace: true,
    ...(asciiOnly ? { escape: escapeToAscii } : {}),
  });
}

/** Tags are matched whole because the texts in them are JavaScript's: they are escaped when they are shown. */
const TAG_OR_NOT_ASCII = /<%.*?%>|[^\p{ASCII}]/gsu;
const NOT_ASCII = /[^\p{ASCII}]/gu;

const reference = (character: string): string => `&#${character.codePointAt(0)};`;

const toAscii = (match: string): string => (match.startsWith('<%') ? match : reference(match));

const escapeToAscii = (value?: unknown): string => ejs.escapeXML(value).replace(NOT_ASCII, reference);
