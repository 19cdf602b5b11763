import { basename } from "node:path";
import type { Member } from "../protocol/keeper.ts";

/** What is said of a program whose first process has ended with status 0 while others of it live on. */
export function backgroundText(left: readonly Member[], command: string): string {
  const pids = left.slice(0, 3).map((one) => `pid ${one.pid}: ${one.command.slice(0, 60)}`);
  const more = left.length > 3 ? `, and ${left.length - 3} more` : "";
  return (
    `it put itself into the background: its first process ended with status 0, and ${pids.join(", ")}${more} ` +
    `${left.length === 1 ? "runs" : "run"} on unsupervised; ${backgroundHint(command)}`
  );
}

/** How well-known programs are told to stay in the foreground. */
const HINTS: Readonly<Record<string, string>> = {
  apache2: "-D FOREGROUND",
  cron: "-f",
  crond: "-n",
  dnsmasq: "--keep-in-foreground",
  exim: "-bdf",
  exim4: "-bdf",
  gunicorn: "no --daemon",
  haproxy: "-db",
  httpd: "-D FOREGROUND",
  memcached: "no -d",
  mongod: "no --fork",
  mysqld: "--daemonize=OFF",
  named: "-f",
  nginx: '-g "daemon off;"',
  "php-fpm": "-F",
  proftpd: "-n",
  "redis-server": "--daemonize no",
  rsyslogd: "-n",
  snmpd: "-f",
  squid: "-N",
  sshd: "-D",
  uwsgi: "no --daemonize",
  varnishd: "-F",
};

/** What to do about it. */
function backgroundHint(command: string): string {
  const name = basename(command.trim().split(/\s+/, 1)[0] ?? "");
  // Versions are often part of the name, such as php-fpm8.2.
  const hint = HINTS[name] ?? HINTS[name.replace(/[\d.]+$/, "")];
  return hint === undefined ? "use its option for the foreground" : `keep it in the foreground: ${hint}`;
}
