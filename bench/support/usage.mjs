import { readFileSync, readdirSync } from "node:fs";

/** CPU time that these processes have used, milliseconds (in ticks of 10). */
export function cpu(pids) {
  return sum(pids, (pid) => {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return (Number(fields[11]) + Number(fields[12])) * 10;
  });
}

/** Proportional set size, KB: memory, what is shared counted in parts. What has ended meanwhile has none. */
export function pss(pids) {
  return sum(pids, (pid) => {
    try {
      return Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, "utf8"))[1]);
    } catch (error) {
      if (error.code === "ESRCH" || error.code === "ENOENT") return 0;
      throw error;
    }
  });
}

/** How often any thread of these processes was woken, since it was started. */
export function wakeups(pids) {
  return sum(pids, (pid) =>
    sum(readdirSync(`/proc/${pid}/task`), (task) => {
      const status = readFileSync(`/proc/${pid}/task/${task}/status`, "utf8");
      return Number(/^voluntary_ctxt_switches:\s+(\d+)/m.exec(status)[1]);
    }),
  );
}

function sum(items, of) {
  return items.reduce((total, item) => total + of(item), 0);
}
