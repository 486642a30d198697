import { attributeGetter, type AttributeGetter, type AttributePath } from '../attribute.ts';

/** What compiled definitions share: one getter for each attribute of each kind, so that it stays fast and small. */
export class Workshop {
  readonly #getters = new Map<string, AttributeGetter>();

  getter(kind: string, path: AttributePath): AttributeGetter {
    const name = JSON.stringify([kind, ...path]);
    const known = this.#getters.get(name);
    if (known !== undefined) {
      return known;
    }
    const getter = attributeGetter(kind, path);
    this.#getters.set(name, getter);
    return getter;
  }
}
