import { readFileSync, realpathSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { userInfo } from "node:os";
import { CliError } from "../cli-error.ts";
import { serviceName } from "../../daemon/places.ts";
import type { Project } from "../running/find-project.ts";

/** `sup init --systemd`: prints a unit that runs this project as a service, as the owner of its config. */
export function systemdUnit(project: Project): number {
  const bin = realpathSync(process.argv[1] ?? join(__dirname, "../bin/sup"));
  const name = serviceName(project.config);
  const values: Readonly<Record<string, string>> = {
    config: project.config,
    description: `${basename(project.folder)} (sup)`,
    folder: project.folder,
    name,
    path: `${dirname(process.execPath)}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`,
    sup: bin,
    user: ownerOf(project.config),
  };
  const odd = Object.values(values).find((value) => /["\\\n$]/.test(value));
  if (odd !== undefined) throw new CliError(`${odd} cannot be written in a systemd unit: it has quotes or the like`);
  const template = readFileSync(join(__dirname, "../templates/sup.service"), "utf8");
  // A percent sign begins a specifier.
  const text = template.replaceAll(/\{\{(\w+)\}\}/g, (_, key: string) => (values[key] ?? "").replaceAll("%", "%%"));
  process.stdout.write(text);
  process.stderr.write(
    `Put it in place with: sup init --systemd | sudo tee /etc/systemd/system/${name}.service\n` +
      `Then: sudo systemctl daemon-reload && sudo systemctl enable --now ${name}\n`,
  );
  return 0;
}

/** By number where it has no name here. */
function ownerOf(file: string): string {
  const { uid } = statSync(file);
  if (uid === 0) return "root";
  if (uid === process.getuid?.()) {
    try {
      return userInfo().username;
    } catch {
      return String(uid);
    }
  }
  const line = readFileSync("/etc/passwd", "utf8")
    .split("\n")
    .find((entry) => entry.split(":")[2] === String(uid));
  return line?.split(":")[0] ?? String(uid);
}
