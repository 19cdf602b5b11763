import type { FormatValue } from "./percent-number.ts";

/** What `%(x)s` can stand for, by name. A `Map` is one. */
export interface Names {
  get(name: string): FormatValue | undefined;
  keys(): Iterable<string>;
}

/**
 * All names of `layers`; where several have one, the first counts. Nothing is copied: a thousand programs have names of their own on
 * top of one whole environment.
 */
export function layered(...layers: readonly [Names, ...Names[]]): Names {
  return layers.length === 1 ? layers[0] : new Layers(layers);
}

class Layers implements Names {
  readonly #layers: readonly Names[];

  constructor(layers: readonly Names[]) {
    this.#layers = layers;
  }

  get(name: string): FormatValue | undefined {
    for (const layer of this.#layers) {
      const value = layer.get(name);
      if (value !== undefined) return value;
    }
    return undefined;
  }

  keys(): Iterable<string> {
    return new Set(this.#layers.flatMap((layer) => [...layer.keys()]));
  }
}
