import { readFileSync } from "node:fs";

/**
 * The name this program was called by, as the kernel handed it to the interpreter: `./supervisord` where Node's own
 * `argv[1]` is already an absolute path. Messages show it, and the search for a config starts from its folder.
 */
export function typedName(): string {
  const fallback = process.argv[1] ?? "supervisord";
  try {
    const words = readFileSync("/proc/self/cmdline", "utf8").split("\0").slice(0, -1);
    // Counted from the end: options for Node itself stand in front.
    return words[words.length - process.argv.length + 1] ?? fallback;
  } catch {
    return fallback;
  }
}
