import { existsSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { SupervisordUsageError } from "./getopt.ts";

/**
 * The config file of a `supervisord` without `-c`: the first of Supervisor's six places that exists, as it names it.
 *
 * @param program the command as typed: its folder's parent is where Supervisor looks first.
 * @throws SupervisordUsageError if there is none.
 */
export function findSupervisordConf(program: string, cwd: string): string {
  const places = searchedPlaces(program);
  const found = places.find((place) => existsSync(resolve(cwd, place)));
  if (found !== undefined) return found;
  throw new SupervisordUsageError(
    `No config file found at default paths (${places.join(", ")}); ` +
      "use the -c option to specify a config file at a different path",
  );
}

/** Told to root, who searches also in the current folder: whoever can write there decides what root runs. */
export const ROOT_SEARCHES =
  "UserWarning: Supervisord is running as root and it is searching for its configuration file in default locations " +
  '(including its current working directory); you probably want to specify a "-c" argument specifying an absolute path ' +
  "to a configuration file for improved security.";

function searchedPlaces(program: string): string[] {
  // Python's dirname of a bare word is empty, Node's is ".": the message shows the difference.
  const base = parent(parent(program));
  const under = (path: string): string => (base === "" || base.endsWith("/") ? base + path : `${base}/${path}`);
  return [
    under("etc/supervisord.conf"),
    under("supervisord.conf"),
    "supervisord.conf",
    "etc/supervisord.conf",
    "/etc/supervisord.conf",
    "/etc/supervisor/supervisord.conf",
  ];
}

function parent(path: string): string {
  return path.includes("/") ? dirname(path) : "";
}
