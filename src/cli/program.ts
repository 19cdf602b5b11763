import { resolve } from "node:path";
import { Command, Help, type Option } from "commander";
import type { Project, Purpose } from "./running/find-project.ts";
import { mode, outputFormat, seconds, wholeNumber } from "./option-values.ts";
import type { ForegroundOptions } from "./run-foreground.ts";
import { version } from "./version.ts";

export { helpTexts } from "./help/help-texts.ts";
export { withShellAction } from "./shell-arguments.ts";

const NAMES = "programs, groups, or single processes (group:name)";
const NAMES_OR_ALL = `${NAMES}; default: all`;

const DESCRIPTIONS = {
  start: "start programs, with those that they depend on",
  stop: "stop programs",
  restart: "stop programs and start them again; what they depend on is started if it does not run",
} as const;

/**
 * The commands of `sup` with their options and help. What they do is in bundles of their own (`actions`, and `tooling`
 * for what compiles a config), loaded when a command runs; `done` receives its exit status.
 */
export function createProgram(done: (status: number) => void): Command {
  const program = new Command("sup")
    .description("Runs and keeps running the programs of supervisor.config.ts (or supervisord.conf).")
    .version(version, "-v, --version", "print the version")
    .option("-c, --config <file>", "the config file (default: the nearest one, upwards from here)")
    .option("--runtime-dir <dir>", "where daemons keep their sockets (default: $SUP_RUNTIME_DIR, or a usual place)")
    .showSuggestionAfterError()
    .showHelpAfterError("`sup --help` lists the commands, `sup COMMAND --help` what each takes.")
    // That something is off unless it is asked for goes without saying.
    .configureHelp({ optionDescription: (option) => describeOption(option) })
    // Wrong use is told from what could not be done. Commander ends with 1 for both.
    .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 2))
    .addHelpText(
      "after",
      `\nStart with:\n  sup init          write a supervisor.config.ts here\n  sup up            run it; edits are applied as you save\n` +
        `\nNames: \`web\` is all that is called so: a program with its copies, a process, or a\n` +
        `group with its programs. \`group:name\` is one process of a group, \`group:*\` a\n` +
        `group and nothing else, \`all\` everything.\n` +
        `\nExit status: 0 done; 1 not done, or something is in trouble; 2 wrong use; 3 no\n` +
        `daemon runs here; 124 time ran out; \`sup up\` ends with 130 after Ctrl-C.\n`,
    );
  // Commander prints the help of all when asked for that of a command which there is not.
  program.addHelpText("beforeAll", () => {
    const [word] = program.args.filter((one) => one !== "help");
    if (word !== undefined && !word.startsWith("-") && !program.commands.some((one) => one.name() === word))
      program.error(`error: unknown command '${word}'`);
    return "";
  });
  const project = async (purpose?: Purpose) => {
    const { config, runtimeDir } = program.opts<{ config?: string; runtimeDir?: string }>();
    // As the variable does, for us and for whatever we start.
    if (runtimeDir !== undefined) process.env["SUP_RUNTIME_DIR"] = resolve(runtimeDir);
    const found = await actions().findProject(config, purpose);
    if (found.warning !== null) process.stderr.write(`sup: ${found.warning}\n`);
    return found;
  };
  const chosenProject = async (purpose: Purpose) => {
    const found = await project(purpose);
    if (found.passedOver !== null) process.stderr.write(`sup: ${found.passedOver}\n`);
    return found;
  };

  program
    .command("up")
    .argument("[names...]", NAMES_OR_ALL)
    .summary("start everything (or the named programs) and show their output; Ctrl-C stops it all")
    .description(
      "start everything (or the named programs) and show their output; Ctrl-C stops it all. " +
        "Where it runs in the background already: apply edits and show the output; Ctrl-C leaves it running",
    )
    .option("-d, --detach", "run in the background", false)
    .option("--wait", "run in the background and return once everything is ready", false)
    .option("--timeout <time>", "with --wait: give up waiting after this time, such as 90 (seconds) or 2m", seconds, 60)
    .option("--mode <mode>", "development or production (default: production with -d or --wait)", mode)
    .option("--no-watch", "do not apply edits of the config by itself")
    .action(async (names: string[], options, command: Command) => {
      // In the foreground nothing is waited for, and to go into the background unasked would be a surprise.
      if (!options.wait && command.getOptionValueSource("timeout") === "cli")
        command.error("error: option '--timeout' is for '--wait', which is missing: add it, or leave out both");
      done(await actions().up(await chosenProject("start"), names, options));
    });

  program
    .command("run")
    .description("run everything as the main process of a container or a service (at a terminal, use `sup up`)")
    .option("--container", "output and log on standard output, nothing on disk")
    .option("--service", "log on standard output, output in files; tells systemd when it is ready")
    .option("--output <format>", "prefixed or json: how lines on standard output look", outputFormat, "prefixed")
    .option("--timestamps", "begin prefixed lines with the time", false)
    .option("--mode <mode>", "development or production", mode, "production")
    .option("--watch", "apply edits of the config by itself", false)
    .action(async (options: ForegroundOptions) => {
      const { runForeground } = bundle<typeof import("./run-foreground.ts")>("foreground.cjs");
      await runForeground(await chosenProject("start"), options);
    });

  program
    .command("down")
    .description("stop everything, in order, and the daemon")
    .option("--timeout <time>", "do not wait longer than this, such as 90 (seconds) or 2m; 0: not at all", seconds)
    .action(async (options: { timeout?: number }) => {
      done(await actions().down(await project("start"), { timeout: options.timeout ?? null }));
    });

  program
    .command("status")
    .argument("[names...]", NAMES_OR_ALL)
    .description("what runs, and why what does not run does not")
    .option("--json", "as JSON", false)
    .action(async (names: string[], options: { json: boolean }) => {
      done(await actions().status(await project(), names, options));
    });

  program
    .command("ps")
    .argument("[names...]", NAMES_OR_ALL)
    .description("the processes of each program as a tree, with what they use")
    .option("--json", "as JSON", false)
    .action(async (names: string[], options: { json: boolean }) => {
      done(await actions().ps(await project(), names, options));
    });

  for (const action of ["start", "stop", "restart"] as const) {
    const command = program
      .command(action)
      .argument("<names...>", `${NAMES}, or all`)
      .description(DESCRIPTIONS[action])
      .option("--json", "as JSON", false)
      .option("--no-wait", "return at once");
    if (action !== "stop") command.option("--no-deps", "without the programs they depend on");
    command.action(async (names: string[], options: { json: boolean; wait: boolean; deps?: boolean }) => {
      done(
        await actions().control(await project(), action, names, {
          json: options.json,
          wait: options.wait,
          noDeps: options.deps === false,
          configured: (found) => tooling().configured(found),
        }),
      );
    });
  }

  program
    .command("signal")
    .argument("<signal>", "such as HUP or USR1")
    .argument("<names...>", `${NAMES}, or all`)
    .description("send a signal to programs")
    .option("--json", "as JSON", false)
    .action(async (signal: string, names: string[], options: { json: boolean }) => {
      const configured = (found: Project) => tooling().configured(found);
      const how = { json: options.json, wait: true, signal, configured };
      done(await actions().control(await project(), "signal", names, how));
    });

  program
    .command("upgrade")
    .description("replace the daemon's supervisor by this version; programs are not touched")
    .option("--keeper", "the keeper too: exit statuses of the programs that run now will be unknown", false)
    .action(async (options: { keeper: boolean }) => {
      done(await actions().upgrade(await project(), options));
    });

  program
    .command("pid")
    .argument("[names...]", `${NAMES}; default: the daemon`)
    .description("the pid of the daemon, or of processes")
    .action(async (names: string[]) => {
      done(await actions().pid(await project(), names));
    });

  program
    .command("logs")
    .argument("[names...]", NAMES_OR_ALL)
    .description("the last lines of the programs' output: standard output first, then standard error")
    .option("-f, --follow", "go on showing what they write", false)
    .option("-n, --lines <count>", "how many lines of each stream", wholeNumber, 20)
    .option("--json", "one JSON object a line, `data` in base64", false)
    .option("--raw", "the bytes as written: no prefix, escape sequences untouched", false)
    .action(async (names: string[], options) => {
      done(await actions().logs(await project(), names, options));
    });

  program
    .command("shell [action...]")
    .description("supervisorctl's shell on this project, with history and completion")
    .action(async (words: string[]) => {
      done(await actions().shell(await project(), words));
    });

  const planning = {
    reread: "read the config and name the groups that differ; change nothing",
    plan: "read the config and show, process by process, what an update would do",
    update: "read the config and apply what changed, and nothing else",
  } as const;
  for (const action of ["reread", "plan", "update"] as const) {
    program
      .command(action)
      .description(planning[action])
      .option("--json", "as JSON", false)
      .action(async (options: { json: boolean }) => {
        done(await actions().plan(await project(), action, options));
      });
  }

  addToolingCommands(program, project, chosenProject, done);
  return program;
}

function describeOption(option: Option): string {
  return option.defaultValue === false ? option.description : new Help().optionDescription(option);
}

/** Commands that work on files, without a daemon. */
function addToolingCommands(
  program: Command,
  project: (purpose?: Purpose) => Promise<Project>,
  chosenProject: (purpose: Purpose) => Promise<Project>,
  done: (status: number) => void,
): void {
  program
    .command("check")
    .description("check the config, and show every mistake in it")
    .option("--mode <mode>", "development or production", mode, "development")
    .option("--json", "as JSON", false)
    .action(async (options: { mode: "development" | "production"; json: boolean }) =>
      done(await tooling().check(await chosenProject("read"), options)),
    );

  program
    .command("config")
    .description("the config as sup understands it")
    .command("print")
    .description(
      "print the resolved model as JSON: defaults filled in, copies and templates expanded, passwords hidden",
    )
    .option("--mode <mode>", "development or production", mode, "development")
    .option("--json", "as JSON, which it is anyway")
    .action(async (options: { mode: "development" | "production" }) =>
      done(await tooling().printModel(await project("read"), options)),
    );

  program
    .command("import-ini <file>")
    .description("convert a supervisord.conf to TypeScript")
    .option("-o, --output <file>", "write there instead of to standard output")
    .option("--force", "overwrite an existing file", false)
    .action(async (file: string, options: { output?: string; force: boolean }) =>
      done(await tooling().importIni(file, { output: options.output ?? null, force: options.force })),
    );

  program
    .command("init [template]")
    .description(
      "write a first supervisor.config.ts into this folder, made of its Procfile or npm scripts if there are any",
    )
    .option("--list", "list the templates", false)
    .option("--systemd", "print a systemd unit for the project instead", false)
    .action(async (template: string | undefined, options: { list: boolean; systemd: boolean }) => {
      if (options.systemd) {
        return done(actions().systemdUnit(await project("read")));
      }
      done(actions().init(process.cwd(), template, options));
    });

  program
    .command("completions <shell>")
    .description("print completions for bash, zsh or fish")
    .action(async (shell: string) => {
      process.stdout.write(actions().completionScript(shell));
    });

  program
    .command("__complete [words...]", { hidden: true })
    .allowUnknownOption()
    .action(async (words: string[]) => {
      process.stdout.write((await actions().candidates(program, words)).map((word) => `${word}\n`).join(""));
    });
}

/** The bundle of the commands that ask a daemon: help and mistakes need none of it. */
function actions(): typeof import("./actions.ts") {
  return bundle("actions.cjs");
}

/** The bundle that compiles configs: zod and more, several times the size of this one. */
function tooling(): typeof import("./tooling.ts") {
  return bundle("tooling.cjs");
}

function bundle<Exports>(file: string): Exports {
  // A path put together at run time, so that the bundler does not pull the file in.
  return require([".", file].join("/")) as Exports;
}
