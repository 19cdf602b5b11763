import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { actingSequences, escapePayloads } from "../support/escape-payloads.ts";
import { startHostileServer } from "../support/hostile-server.ts";
import { onTerminal, type TerminalStep } from "../support/on-terminal.ts";
import type { ChaosTest } from "./chaos-test.ts";
import { untilRunning } from "./load.ts";
import { pause, World } from "./world.ts";

const root = resolve(import.meta.dirname, "../..");
const END = "END OF IT";
const CTRL_C = "\x03";
const CTRL_D = "\x04";
/** What editing a line takes: moving within it, and clearing it. */
const EDITING = /\x1b\[\d*[GJKC]|\x1b\[\?2004[hl]|\r/g;

interface Attempt {
  readonly command: readonly string[];
  readonly steps?: readonly TerminalStep[];
  /** A line is edited: its sequences are the client's own. */
  readonly edits?: boolean;
}

/** What programs and servers send to the terminal of who looks at them. */
export const escapes: ChaosTest = {
  id: "X10",
  title: "escape sequences through every command on a terminal",
  criterion: "of 1000 payloads in output, names and errors only colours reach the terminal",
  async run({ random, full }) {
    const payloads = escapePayloads(full ? 10_000 : 1000, random);
    const broken: string[] = [];
    let commands = 0;
    const attempt = async (world: World, { command, steps = [{ expectEnd: true }], edits = false }: Attempt) => {
      commands++;
      const shown = command.map((word) => (word.length > 60 ? "..." : word)).join(" ");
      const options = { cwd: world.folder, env: world.project.env as Record<string, string> };
      const { output, missing } = await onTerminal([process.execPath, ...command], steps, options);
      if (missing !== null) broken.push(`${shown}: ${missing} never came`);
      const acting = actingSequences(output, edits ? EDITING : null);
      if (acting.length > 0)
        broken.push(`${shown}: ${acting.length} sequences, such as ${acting.slice(0, 3).join(" ")}`);
      if (output.length < 2 && !edits) broken.push(`${shown}: nothing was shown`);
    };
    const world = new World();
    const folder = mkdtempSync(join(tmpdir(), "hostile-"));
    const socket = join(folder, "s.sock");
    const server = await startHostileServer(socket, `${payloads.join("\n")}\n${END}`);
    try {
      const short = payloads.slice(0, 20).join(" ");
      world.project.write("payloads", `${payloads.join("\n")}\n${END}\n`);
      const loud = `sh -c 'cat ${world.folder}/payloads; cat ${world.folder}/payloads >&2; exec sleep 100000'`;
      world.configure({
        loud: { command: loud, startsecs: 0, redirectStderr: false },
        lost: { command: `/nonexistent/${short.replace(/[\0 ]/g, "")}`, startretries: 0, autostart: false },
      });
      await world.up();
      await untilRunning(world, ["loud"]);
      await pause(200);
      for (const one of supCommands(world, short)) await attempt(world, one);
      for (const one of ctlCommands(`unix://${socket}`, short)) await attempt(world, one);
      return { figures: { payloads: payloads.length, commands }, broken };
    } finally {
      server.closeAllConnections();
      server.close();
      rmSync(folder, { recursive: true, force: true });
      await world.close();
    }
  },
};

function supCommands(world: World, name: string): Attempt[] {
  const sup = (...words: string[]): string[] => [join(root, "bin/sup"), "-c", world.config, ...words];
  const typed = name.replaceAll("\0", "");
  const config = JSON.stringify({ programs: { [`x${name}`]: { command: name, nosuch: name } } });
  const bad = world.project.write("bad.config.json", config);
  return [
    ...["status", "ps", "reread", "plan", "update", "pid", "check"].map((word) => ({ command: sup(word) })),
    ...["status", "plan", "reread"].map((word) => ({ command: sup(word, "--json") })),
    ...["start", "stop", "restart", "pid", "status", "logs"].map((word) => ({ command: sup(word, typed) })),
    { command: sup("signal", typed, "loud") },
    { command: sup("start", "lost") },
    { command: sup("start", "lost", "--json") },
    { command: sup("status") },
    { command: sup("logs", "-n", "100000") },
    { command: sup("logs", "-n", "100000", "--json") },
    { command: sup("logs", "-f", "-n", "100000"), steps: until(END) },
    { command: sup("restart", "loud", "--json") },
    { command: sup("config", "print") },
    { command: sup("shell", "tail", "-100000", "loud") },
    { command: sup(typed) },
    { command: [join(root, "bin/sup"), "-c", bad, "check"] },
    { command: [join(root, "bin/sup"), "-c", bad, "check", "--json"] },
    { command: [join(root, "bin/sup"), "-c", bad, "up"] },
    { command: [join(root, "bin/sup"), "-c", join(world.folder, `${typed.replaceAll("/", "")}.json`), "status"] },
  ];
}

function ctlCommands(url: string, name: string): Attempt[] {
  const ctl = (...words: string[]): string[] => [join(root, "bin/supervisorctl"), "-s", url, ...words];
  const typed = name.replaceAll("\0", "");
  const all =
    "status|status x|start x|start g:*|start all|stop x|stop all|restart all|signal HUP x|signal HUP all|pid x|pid all|" +
    "clear x|clear all|tail x|tail x stderr|maintail|add x|remove x|reread|update|avail|version|shutdown|reload|help x|bogus";
  return [
    ...all.split("|").map((line) => ({ command: ctl(...line.split(" ")) })),
    ...["start", "fg", "bogus", "help"].map((word) => ({ command: ctl(word, typed) })),
    { command: ctl(typed) },
    { command: ctl("tail", "-f", "x"), steps: until(END) },
    { command: ctl("maintail", "-f"), steps: until(END) },
    { command: ctl("fg", "x"), steps: until(END), edits: true },
    {
      command: ctl(),
      edits: true,
      steps: [
        { expect: "supervisor> " },
        // Of what the word may become, only one can be typed.
        { send: "pid g:\t" },
        { expect: "g:* " },
        { send: "\x15version\r" },
        { expect: END },
        { expect: "supervisor> " },
        { send: CTRL_D },
        { expectEnd: true },
      ],
    },
  ];
}

function until(text: string): TerminalStep[] {
  return [{ expect: text }, { send: CTRL_C }, { expectEnd: true }];
}
