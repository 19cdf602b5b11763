import type { Names } from "../model/text/layered-names.ts";
import { optionName } from "./key-table.ts";
import { strip } from "./python-text.ts";
import type { Options } from "./read-program.ts";
import type { Reading, SectionReader } from "./section-reader.ts";
import { readSection, remember } from "./section-reader.ts";
import { plainOwner, toInetAddress, toOctal, toUserGroup } from "./value-types.ts";

const NO_NAMES: Names = new Map();

/** Reads every `[inet_http_server...]`, in file order. */
export function readInetServers(reading: Reading): Options[] {
  return serverSections(reading, "inet_http_server").map((section, index) => {
    const reader = readSection(reading, section);
    const options = withName(section, "inet_http_server");
    readCredentials(reader, options);
    if (!reader.has("port")) reader.problem(`section [${section}] has no port value`);
    const address = reader.convert("port", "address", NO_NAMES, toInetAddress);
    if (address) options["port"] = address.host === "" ? address.port : `${address.host}:${address.port}`;
    // Supervisor opens such a server with a warning in its log, and a file that worked must go on working.
    if (!reader.has("username")) options["insecure"] = true;
    rememberAll(reading, reader, ["inetHttpServer", index], ["port", "username", "password"]);
    return options;
  });
}

/** Reads every `[unix_http_server...]`, in file order. */
export function readUnixServers(reading: Reading): Options[] {
  return serverSections(reading, "unix_http_server").map((section, index) => {
    const reader = readSection(reading, section);
    const options = withName(section, "unix_http_server");
    if (!reader.has("file")) reader.problem(`section [${section}] has no file value`);
    const file = reader.text("file", new Map([["here", reading.world.here]]));
    if (file !== undefined) options["file"] = strip(reader.template("file") ?? file);
    readCredentials(reader, options);
    const chown = reader.text("chown", NO_NAMES);
    if (chown !== undefined) {
      options["chown"] = plainOwner(chown);
      if (!toUserGroup(chown, reading.world)) reader.problem(`Invalid sockchown value ${chown}`, "chown");
    }
    const chmod = reader.text("chmod", NO_NAMES);
    if (chmod !== undefined) {
      const mode = toOctal(chmod);
      if (mode.ok) options["chmod"] = mode.value;
      else reader.problem(`Invalid chmod value ${chmod}`, "chmod");
    }
    rememberAll(reading, reader, ["unixHttpServer", index], ["file", "chmod", "chown", "username", "password"]);
    return options;
  });
}

/** By prefix alone: `[inet_http_serverxyz]` is a server too. */
function serverSections(reading: Reading, prefix: string): string[] {
  return [...reading.tree.sections.keys()].filter((section) => section.startsWith(prefix));
}

/** What stands behind the prefix, with a colon or without one. */
function withName(section: string, prefix: string): Options {
  const name = section.slice(prefix.length).replace(/^:/, "");
  return section === prefix ? {} : { name };
}

function readCredentials(reader: SectionReader, options: Options): void {
  const username = reader.text("username", NO_NAMES);
  const password = reader.text("password", NO_NAMES);
  if (reader.has("username") !== reader.has("password")) {
    const rule = "If a username or a password is specified, both the username and password must be specified";
    const key = reader.has("username") ? "username" : "password";
    reader.problem(`Section [${reader.section}] contains incomplete authentication: ${rule}`, key);
  }
  if (username === "") {
    const message = `Section [${reader.section}] has an empty username`;
    reader.problem(
      message,
      "username",
      "Supervisor would let everybody in: remove username and password, or fill it in",
    );
  }
  if (username !== undefined) options["username"] = reader.template("username");
  if (password !== undefined) options["password"] = reader.template("password");
}

function rememberAll(
  reading: Reading,
  reader: SectionReader,
  path: readonly (string | number)[],
  keys: readonly string[],
): void {
  remember(reading, path, reading.tree.sections.get(reader.section)?.place);
  for (const key of keys) remember(reading, [...path, optionName(key)], reader.entry(key)?.place);
}
