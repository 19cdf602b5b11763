import { execFileSync } from "node:child_process";
import { constants, openSync } from "node:fs";
import { Socket } from "node:net";

/** Reads what `stamp` programs say when their main() runs: `{ name, pid, at }`, `at` in nanoseconds as process.hrtime. */
export class Stamps {
  count = 0;
  #waiting = new Set();

  constructor(fifo) {
    this.fifo = fifo;
    execFileSync("mkfifo", [fifo]);
    // Read-write: no end of file while nobody writes.
    const fd = openSync(fifo, constants.O_RDWR | constants.O_NONBLOCK);
    this.socket = new Socket({ fd, readable: true, writable: false });
    let rest = "";
    this.socket.setEncoding("utf8").on("data", (text) => {
      const lines = (rest + text).split("\n");
      rest = lines.pop();
      for (const line of lines) {
        const [name, pid, at] = line.split(" ");
        this.count += 1;
        for (const wait of this.#waiting) wait({ name, pid: Number(pid), at: BigInt(at) });
      }
    });
  }

  /** The next stamp for which `wanted` holds. */
  next(wanted = () => true, what = "a stamp") {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(look);
        reject(new Error(`no program wrote ${what} to ${this.fifo} within a minute`));
      }, 60_000);
      const look = (stamp) => {
        if (!wanted(stamp)) return;
        clearTimeout(timer);
        this.#waiting.delete(look);
        resolve(stamp);
      };
      this.#waiting.add(look);
    });
  }

  /** The last of the next `count` stamps. */
  take(count) {
    let seen = 0;
    return this.next(() => (seen += 1) === count, `${count} stamps`);
  }

  close() {
    this.socket.destroy();
  }
}
