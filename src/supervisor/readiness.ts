import { stripVTControlCharacters } from "node:util";
import type { Clock } from "../clock/clock.ts";
import type { ProcessSpec, ReadySpec } from "../model/model.ts";
import { probe, type ActiveCheck } from "../probes/probe.ts";
import { environmentOf, type LaunchContext } from "./launch.ts";
import type { RunOutput } from "./run-output.ts";

export interface ReadinessWorld {
  readonly clock: Clock;
  readonly environment: Readonly<Record<string, string>>;
  readonly directory: string;
  /** Delivers the process's output, both streams; returns how to stop. */
  onOutput(listener: (bytes: Uint8Array) => void): () => void;
}

/** What a check of this process is asked with: its own environment, directory and output. */
export function readinessWorld(
  spec: ProcessSpec,
  { context, clock }: { readonly context: LaunchContext; readonly clock: Clock },
  output: RunOutput,
): ReadinessWorld {
  return {
    clock,
    environment: environmentOf(spec, context),
    directory: spec.directory ?? context.cwd,
    onOutput: (listener) => output.read(spec, listener),
  };
}

/** `reason` of one that has not begun. */
export const NOT_CHECKED = "not checked yet";

/**
 * Finds out when one incarnation of a process is ready: asks its check again and again until it passes once, or watches its
 * output for a line. Nothing is asked any more after that, so a ready program costs nothing.
 */
export class Readiness {
  /** Why it is not ready yet; for people. */
  reason = NOT_CHECKED;
  #stop: () => void = () => {};

  /** `onReady` is called once. */
  start(ready: ReadySpec, world: ReadinessWorld, onReady: () => void): void {
    this.cancel();
    this.#stop =
      ready.check.kind === "log"
        ? this.#watchOutput(ready.check.pattern, world, onReady)
        : this.#ask(ready.check, ready, world, onReady);
  }

  cancel(): void {
    this.#stop();
    this.#stop = () => {};
    this.reason = NOT_CHECKED;
  }

  #ask(check: ActiveCheck, ready: ReadySpec, world: ReadinessWorld, onReady: () => void): () => void {
    let live = true;
    let callOff = (): void => {};
    const attempt = async (): Promise<void> => {
      const began = world.clock.monotonic();
      const result = await probe(check, ready.timeout * 1000, world);
      if (!live) return;
      if (result.ok) return onReady();
      this.reason = result.reason;
      callOff = world.clock.at(began + ready.interval * 1000, () => void attempt());
    };
    void attempt();
    return () => {
      live = false;
      callOff();
    };
  }

  #watchOutput(pattern: string, world: ReadinessWorld, onReady: () => void): () => void {
    const expression = new RegExp(pattern, "m");
    this.reason = `no output has matched /${pattern}/ yet`;
    const decoder = new TextDecoder();
    let tail = "";
    const stop = world.onOutput((bytes) => {
      // A line may arrive in pieces: keep what has not been ended, within bounds.
      tail += decoder.decode(bytes, { stream: true });
      // As it is read: colours within it are not part of a line.
      if (!expression.test(tail) && !expression.test(stripVTControlCharacters(tail))) {
        tail = tail.slice(tail.lastIndexOf("\n") + 1).slice(-65_536);
        return;
      }
      stop();
      onReady();
    });
    return stop;
  }
}
