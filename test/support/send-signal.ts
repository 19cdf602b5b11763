/**
 * Signals one process, or a process group if `pid` is negative. Throws where kill(2) would take the number for more than that: 0
 * is the group of whoever calls, -1 is everybody. A pidfile that is not written yet reads as 0, and the signal would end
 * the test run itself, and the shell that has started it.
 */
export function sendSignal(pid: number, signal: NodeJS.Signals | 0): void {
  if (!Number.isInteger(pid) || Math.abs(pid) <= 1) throw new Error(`${pid} is nobody's pid: ${signal} was not sent`);
  process.kill(pid, signal);
}
