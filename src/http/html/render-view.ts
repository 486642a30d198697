import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ejs, { type TemplateFunction } from 'ejs';

/** The HTML of a view; in the template the model is called `page`. */
export type RenderView<Views> = <Name extends keyof Views & string>(name: Name, model: Views[Name]) => string;

/**
 * Compiles each view of the folder once, without `with`, so that a template can only speak of `page`.
 * A model is handed over as it is: build it field by field, never from a request's own objects.
 */
export function createRenderView<Views extends Readonly<Record<string, object>>>(
  viewsFolder: string,
): RenderView<Views> {
  const compiled = new Map<string, TemplateFunction>();
  return (name, model) => {
    let template = compiled.get(name);
    if (template === undefined) {
      const filename = join(viewsFolder, `${name}.ejs`);
      template = ejs.compile(readFileSync(filename, 'utf8'), {
        filename,
        cache: true,
        async: false,
        strict: true,
        _with: false,
        localsName: 'page',
        rmWhitespace: true,
      });
      compiled.set(name, template);
    }
    return template({ ...model });
  };
}
