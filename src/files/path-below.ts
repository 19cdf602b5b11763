import { statSync } from "node:fs";
import { isAbsolute, resolve } from "node:path";

/**
 * The absolute path of what is written as `path` in a folder `base`: the shortest text that leads to where the kernel goes.
 *
 * `/etc/conf.d/../log` is not `/etc/log` if `/etc/conf.d` is a link; Supervisor leaves such paths to the kernel. So `..` is
 * resolved as text only where that makes no difference; the text is what logs are shared by.
 */
export function pathBelow(base: string, path: string): string {
  const written = isAbsolute(path) ? path : `${isAbsolute(base) ? base : resolve(base)}/${path}`;
  const end = /^.*\/\.\.(?=\/|$)/.exec(written)?.[0];
  return end === undefined || sameFolder(end, resolve(end)) ? resolve(written) : written;
}

function sameFolder(one: string, other: string): boolean {
  try {
    const [a, b] = [statSync(one), statSync(other)];
    return a.ino === b.ino && a.dev === b.dev;
  } catch {
    // At least one leads nowhere, which the kernel is to say.
    return false;
  }
}
