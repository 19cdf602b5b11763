/** `count` programs that stamp when they start, and then sleep. */
export function stampPrograms(place, fifo, count, more = "") {
  return section("p", `${place.program("stamp")} ${fifo} p`, count, more);
}

/** `[program:name_0]` and so on: programs of their own, as a config would have them, and not one with numprocs. */
export function section(name, command, count, more = "") {
  const one = (index) => `[program:${name}_${index}]\ncommand=${command}\nstartsecs=0\n${more}\n`;
  return Array.from({ length: count }, (_, index) => one(index)).join("");
}

/**
 * All of `section(name, ...)` in one group. Supervisor stops one group after the other and looks about once a second: a
 * thousand groups would take it a quarter of an hour.
 */
export function oneGroup(name, count) {
  const members = Array.from({ length: count }, (_, index) => `${name}_${index}`);
  return `[group:all]\nprograms=${members.join(",")}\n`;
}
