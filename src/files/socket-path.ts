/** Bytes that the path of a unix socket can have: `sun_path` without its final zero (unix(7); shorter on macOS). */
export const LONGEST_SOCKET_PATH = process.platform === "linux" ? 107 : 103;

/** Whether the system would have to be asked for a shorter path: libuv cuts it without a word, and the socket is elsewhere then. */
export function isTooLongForSocket(path: string): boolean {
  return Buffer.byteLength(path) > LONGEST_SOCKET_PATH;
}
