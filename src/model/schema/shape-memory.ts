import type { Config } from "../config.ts";

/**
 * The programs whose shape was found right, so that checking the next version of a config takes what is new in it. The shape of a
 * program is a matter of its own text alone. What says the same comes out as the same object.
 */
export class ShapeMemory {
  #known = new Map<string, Known>();

  /** The config without what is known, to be checked. It has to be plain data. */
  unknownOf(value: unknown): unknown {
    if (!isObject(value)) return value;
    const parts = PARTS.flatMap((part) => {
      const programs = value[part];
      if (!isObject(programs)) return [];
      const entries = Object.entries(programs);
      const unknown = entries.filter(([name, program]) => this.#find(part, name, program) === undefined);
      // fromEntries defines own properties, also for a program called __proto__.
      return unknown.length === entries.length ? [] : [[part, Object.fromEntries(unknown)] as const];
    });
    return parts.length === 0 ? value : { ...value, ...Object.fromEntries(parts) };
  }

  /**
   * The whole config, and remembers it.
   *
   * @param value the config as it was written.
   * @param checked what the check made of `unknownOf(value)`.
   */
  whole(value: unknown, checked: Config): Config {
    const written = value as Readonly<Record<string, Programs>>;
    const next = new Map<string, Known>();
    const parts = PARTS.flatMap((part) => {
      const found = checked[part] as Programs | undefined;
      if (found === undefined) return [];
      const entries = Object.entries(written[part] ?? {}).flatMap(([name, program]): [string, object][] => {
        const known = this.#find(part, name, program);
        // The check leaves out a program called __proto__.
        const shape = known?.program ?? (Object.hasOwn(found, name) ? found[name] : undefined);
        if (shape === undefined) return [];
        next.set(keyOf(part, name), known ?? { text: JSON.stringify(program), program: shape });
        return [[name, shape]];
      });
      return [[part, Object.fromEntries(entries)] as const];
    });
    this.#known = next;
    return { ...checked, ...Object.fromEntries(parts) } as Config;
  }

  #find(part: Part, name: string, program: unknown): Known | undefined {
    const known = this.#known.get(keyOf(part, name));
    return known?.text === JSON.stringify(program) ? known : undefined;
  }
}

interface Known {
  readonly text: string;
  readonly program: object;
}

type Programs = Readonly<Record<string, object>>;
type Part = (typeof PARTS)[number];

/** The parts that have many entries, each a thing of its own. */
const PARTS = ["programs", "fcgiPrograms", "eventlisteners", "listeners"] as const;

function keyOf(part: Part, name: string): string {
  return `${part}.${name}`;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
