import * as z from "zod";
import { between, flag, mode, option, required, text } from "./schema-option.ts";

const credentials = {
  username: option(text, {
    about: "User name that clients have to give; needs password.",
    ts: "string",
    fallback: "no authentication",
    apply: "supervisor",
  }),
  password: option(text, {
    about:
      "Password in clear text, or hashed: `{SCRYPT}N$r$p$salt$key`, or `{SHA}` and 40 hexadecimal digits. Needs username.",
    ts: "string",
    fallback: "no authentication",
    apply: "supervisor",
  }),
} as const;

const PORT = 'a port from 1 to 65535, or "host:port"';
const serverName = option(text, {
  about: "Tells several servers of one kind apart.",
  ts: "string",
  fallback: "none",
  apply: "supervisor",
});

export const unixHttpServerSchema = z
  .strictObject(
    {
      name: serverName,
      file: required(text, {
        about: "Path of the socket.",
        ts: "string",
        sample: '"/run/sup.sock"',
        apply: "supervisor",
      }),
      chmod: option(mode, {
        about: "Permissions of the socket, octal.",
        ts: "Mode",
        fallback: '"0700"',
        apply: "supervisor",
      }),
      chown: option(text, {
        about: "Owner of the socket: `user` or `user:group`.",
        ts: "string",
        fallback: "unchanged",
        apply: "supervisor",
      }),
      ...credentials,
    },
    { error: 'an object such as { file: "/run/sup.sock" }' },
  )
  .meta({ id: "UnixHttpServerConfig", description: "A control server on a unix socket." });

export const inetHttpServerSchema = z
  .strictObject(
    {
      name: serverName,
      port: required(z.union([between(1, 65535, PORT), text], { error: PORT }), {
        about: 'Port to listen on, or "host:port"; a bare port listens on all IPv4 interfaces.',
        ts: "string | number",
        sample: '"127.0.0.1:9001"',
        apply: "supervisor",
      }),
      ...credentials,
      insecure: option(flag, {
        about: "Allows a server without a password where other machines can reach it: all of them may then control it.",
        ts: "boolean",
        fallback: "false",
        apply: "supervisor",
      }),
    },
    { error: 'an object such as { port: "127.0.0.1:9001" }' },
  )
  .meta({ id: "InetHttpServerConfig", description: "A control server on a TCP port." });

export const supervisorctlSchema = z
  .strictObject(
    {
      serverurl: option(text, {
        about: "Server that supervisorctl talks to: `http://host:port` or `unix:///path`.",
        ts: "string",
        fallback: '"http://localhost:9001"',
        apply: "live",
      }),
      username: option(text, { about: "User name to give.", ts: "string", fallback: "none", apply: "live" }),
      password: option(text, {
        about: "Password to give, in clear text.",
        ts: "string",
        fallback: "none",
        apply: "live",
      }),
      prompt: option(text, {
        about: "Prompt of the interactive shell.",
        ts: "string",
        fallback: '"supervisor"',
        apply: "live",
      }),
      historyFile: option(text, {
        about: "File that keeps the shell's history.",
        ts: "string",
        fallback: "none",
        apply: "live",
      }),
    },
    { error: "an object" },
  )
  .meta({ id: "SupervisorctlConfig", description: "Settings of the supervisorctl client." });
