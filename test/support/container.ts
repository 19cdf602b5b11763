import { execa } from "execa";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";

const root = resolve(import.meta.dirname, "../..");

interface Options {
  readonly cwd: string;
  readonly env?: NodeJS.ProcessEnv;
  /** What runs the command, such as `bwrap` or `setpriv` with their options. */
  readonly wrapper?: readonly string[];
}

/** Runs one of our commands as process 1 of a pid namespace of its own, as a container does. */
export function asProcessOne(words: readonly string[], options: Options): Container {
  return new Container(start(words, options));
}

function start(words: readonly string[], options: Options) {
  const { NODE_EXTRA_CA_CERTS: _, ...rest } = process.env;
  const [name = "", ...args] = words;
  const command = name.includes("/") ? name : join(root, "bin", name);
  const namespace = ["--pid", "--fork", "--kill-child", "--mount-proc"];
  return execa("unshare", [...namespace, ...(options.wrapper ?? []), command, ...args], {
    cwd: options.cwd,
    env: { ...rest, ...options.env },
    extendEnv: false,
    reject: false,
    all: true,
    stdin: "ignore",
    detached: true,
    timeout: 120_000,
    killSignal: "SIGKILL",
  });
}

export class Container {
  readonly ended: ReturnType<typeof start>;
  #text = "";
  readonly #listeners = new Set<() => void>();

  constructor(ended: ReturnType<typeof start>) {
    this.ended = ended;
    ended.all.on("data", (chunk: Buffer) => {
      this.#text += chunk.toString();
      for (const listener of this.#listeners) listener();
    });
  }

  get text(): string {
    return this.#text;
  }

  /** The pid of its process 1 as seen from here. */
  get processOne(): number {
    const pid = this.ended.pid ?? 0;
    return Number(readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ")[0]);
  }

  /** Resolves once it has printed something that matches; rejects if it ends without. */
  seen(pattern: RegExp): Promise<void> {
    return new Promise((done, fail) => {
      const look = (): void => {
        if (!pattern.test(this.#text)) return;
        this.#listeners.delete(look);
        done();
      };
      this.#listeners.add(look);
      look();
      void this.ended.then(() => fail(new Error(`it ended before ${pattern}:\n${this.#text}`)));
    });
  }

  /** Its exit status. */
  async status(): Promise<number | undefined> {
    return (await this.ended).exitCode;
  }

  kill(): void {
    this.ended.kill("SIGKILL");
  }
}
