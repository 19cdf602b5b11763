import type { Config } from "../config.ts";

/**
 * The programs whose shape was found right, so that checking the next version of a config takes what is new in it. The shape of a
 * program is a matter of its own text alone. What says the same comes out as the same object.
 */
export class ShapeMemory {
  #known: ReadonlyMap<string, Known> = new Map();

  /** Begins with the next version of the config, which has to be plain data. */
  look(value: unknown): Recalled {
    const whole = isObject(value) ? value : {};
    const parts = PARTS.flatMap((part) => {
      const programs = whole[part];
      return isObject(programs)
        ? [[part, Object.entries(programs).map((entry) => this.#recall(part, ...entry))] as const]
        : [];
    });
    const unknown = parts.flatMap(([part, programs]) => {
      const rest = programs.filter(({ known }) => known === undefined).map(({ name, program }) => [name, program]);
      // fromEntries defines own properties, also for a program called __proto__.
      return rest.length === programs.length ? [] : [[part, Object.fromEntries(rest)] as const];
    });
    return {
      unknown: unknown.length === 0 ? value : { ...whole, ...Object.fromEntries(unknown) },
      complete: (checked) => {
        const next = new Map<string, Known>();
        const all = parts.map(([part, programs]) => {
          const found = checked[part] as Readonly<Record<string, object>>;
          const entries = programs.flatMap(({ name, key, text, known }): [string, object][] => {
            // The check leaves out a program called __proto__.
            const program = known?.program ?? (Object.hasOwn(found, name) ? found[name] : undefined);
            if (program === undefined) return [];
            next.set(key, known ?? { text, program });
            return [[name, program]];
          });
          return [part, Object.fromEntries(entries)] as const;
        });
        this.#known = next;
        return { ...checked, ...Object.fromEntries(all) } as Config;
      },
    };
  }

  #recall(part: Part, name: string, program: unknown): Entry {
    const key = `${part}.${name}`;
    const text = JSON.stringify(program);
    const known = this.#known.get(key);
    return { name, program, key, text, known: known?.text === text ? known : undefined };
  }
}

/** A config of which a part is known to be right. */
interface Recalled {
  /** The config without what is known, to be checked. */
  readonly unknown: unknown;
  /** Makes the whole of what the check made of the unknown, and remembers it. */
  readonly complete: (checked: Config) => Config;
}

interface Entry {
  readonly name: string;
  readonly program: unknown;
  readonly key: string;
  readonly text: string;
  readonly known: Known | undefined;
}

interface Known {
  readonly text: string;
  readonly program: object;
}

type Part = (typeof PARTS)[number];

/** The parts that have many entries, each a thing of its own. */
const PARTS = ["programs", "fcgiPrograms", "eventlisteners", "listeners"] as const;

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
