import { setFlagsFromString } from "node:v8";

/**
 * Has V8 optimise a function after fifteen times as much work in it as it does by itself. What keeper and supervisor do is many
 * functions that each run seldom: in the first minute of a busy time a fifth of their CPU goes into machine code that is hardly
 * used, and is made on other threads, of which programs that start at that time know better things to do. Loops that are really
 * hot, such as those of a flood of output, get there all the same, within a second.
 */
export function compileLate(): void {
  setFlagsFromString("--interrupt-budget=2000000");
}
