/** The command line of `ringlab`: its commands, options and help. */
import { Command, CommanderError, InvalidArgumentError, Option } from "commander";
import { AbortedError, LectureError } from "../lecture/mod.ts";
import { install, uninstall } from "./kernel.ts";
import { lab } from "./lab.ts";
import { lecture } from "./lecture.ts";
import { type Terminal, UsageError } from "./terminal.ts";

/** Exit status of a command line that makes no sense. */
export const USAGE_STATUS = 2;
/** Exit status after the user stopped the command: that of a shell after SIGINT. */
export const STOPPED_STATUS = 130;

function positive(what: string, whole: boolean) {
  return (text: string): number => {
    const value = Number(text);
    if (text.trim() === "" || !Number.isFinite(value) || value <= 0 || (whole && !Number.isInteger(value))) {
      throw new InvalidArgumentError(`Give ${what}, such as ${whole ? "4" : "2.5"}.`);
    }
    return value;
  };
}

/** A port's number, or "none" (Commander takes a null for a missing value). */
function port(text: string): number | "none" {
  if (text === "none") return text;
  const value = /^(0x[0-9a-f]+|\d+)$/i.test(text) ? Number(text) : NaN;
  if (!(value <= 0xffff)) {
    throw new InvalidArgumentError("Give a port from 0 to 0xffff, such as 0xf4, or none.");
  }
  return value;
}

function address(text: string): number {
  const value = /^(0x[0-9a-f]+|\d+)$/i.test(text) ? Number(text) : NaN;
  if (!(value <= 0xffffffff)) throw new InvalidArgumentError("Give an address such as 0x100000.");
  return value;
}

const collect = (value: string, before: string[] = []) => [...before, value];

/** Builds the program. Each action leaves its exit status in `done`. */
function build(terminal: Terminal, done: (status: number) => void): Command {
  const program = new Command("ringlab");
  program
    .description("A real IA-32 machine inside a Jupyter notebook.")
    .configureOutput({ writeOut: terminal.out, writeErr: terminal.err })
    .exitOverride()
    .showHelpAfterError("(add --help for the options)")
    .helpCommand(false)
    .addHelpText(
      "after",
      `
Examples:
  $ ringlab lecture                      run every notebook and build the site in dist/
  $ ringlab lecture --only rings-and-traps
  $ ringlab lab                          work in the notebooks, in JupyterLab
  $ ringlab boot kernel.elf --json       run an image on the machine`,
    );

  program.command("lecture")
    .summary("run notebooks headless and build the site")
    .description(
      "Runs notebooks from top to bottom against a real Deno kernel and builds a site that works from the file system.",
    )
    .argument("[names...]", "notebooks: a name or number in notebooks/, or a path; default all")
    .addOption(new Option("--only <name>", "run only this notebook (may be repeated)").argParser(collect))
    .option("--server <url>", "use this Jupyter Server instead of the embedded gateway")
    .option("--token <token>", "the server's token")
    .option("--server-root <dir>", "the directory the server serves (default: the project)")
    .option("--kernel <name>", "use this kernel instead of the one the notebooks name")
    .option("--out <dir>", "where the site goes (default: dist)")
    .option("--check", "compare the outputs with those in the files; build no site")
    .option("--write", "write the outputs back into the files")
    .option("--jobs <n>", "notebooks to run at once", positive("a whole number of notebooks", true), 1)
    .option(
      "--cell-timeout <seconds>",
      "stop a cell that runs longer",
      positive("a number of seconds", false),
    )
    .addHelpText(
      "after",
      `
Examples:
  $ ringlab lecture                              all notebooks, site in dist/
  $ ringlab lecture 1 3                          the first and the third
  $ ringlab lecture --only what-is-emulation --out /tmp/site
  $ ringlab lecture --check                      are the committed outputs still true?
  $ ringlab lecture my.ipynb --write             run a notebook in place
  $ ringlab lecture --server http://localhost:8888/ --token 0123abcd

Exit status: 0 when all ran (and agree, with --check), 1 when one failed, 2 for a wrong command line.`,
    )
    .action(async (names: string[], options) => done(await lecture(names, options, terminal)));

  program.command("boot")
    .summary("run an image on the machine")
    .description(
      "Runs an image on the IA-32 machine; its serial port (COM1) is connected to stdin and stdout.",
    )
    .argument("<image>", "a file: flat binary, ROM, ELF32 or Multiboot 1 kernel")
    .addOption(
      new Option("--kind <kind>", "what the image is (default: found out from the file)")
        .choices(["flat", "rom", "elf", "multiboot"]),
    )
    .option("--memory <size>", "RAM", "64M")
    .option("--profile <name>", "cost profile", "pentium4-672")
    .option("--max-instructions <n>", "stop after so many instructions", positive("a whole number", true))
    .option(
      "--max-seconds <s>",
      "stop after so much time of the host",
      positive("a number of seconds", false),
    )
    .addOption(
      new Option("--serial <where>", "the serial port's output").choices(["stdio", "none"]).default("stdio"),
    )
    .option("--exit-port <port>", "port that ends the run with a code, or none", port, 0xf4)
    .option("--post-port <port>", "port that takes POST codes, or none", port, 0x80)
    .addOption(
      new Option("--bits <bits>", "start a flat binary in real (16) or flat protected mode (32)")
        .choices(["16", "32"]),
    )
    .option(
      "--origin <address>",
      "where a flat binary goes (default: 0x7c00, or 0x100000 with --bits 32)",
      address,
    )
    .option("--command-line <text>", "a Multiboot kernel's command line")
    .option(
      "--technique <name>",
      "native, or in a virtual machine: trap-and-emulate, binary-translation or paravirtual",
      "native",
    )
    .option(
      "--vms <n>",
      "run the image in so many virtual machines at once",
      positive("a whole number", true),
      1,
    )
    .option("--no-virtualizable", "trap-and-emulate on plain IA-32, where it goes wrong")
    .option("--json", "end stdout with one line of JSON: the result")
    .addHelpText(
      "after",
      `
Examples:
  $ ringlab boot boot-sector.bin
  $ ringlab boot kernel.elf --memory 16M --max-seconds 10
  $ ringlab boot bios.rom --kind rom --serial none --json
  $ ringlab boot kernel.elf --technique binary-translation --vms 3

Exit status: 0 when the guest exited or halted, 1 when the image cannot be loaded, 2 for a wrong command line,
3 after a triple fault (or when the monitor ended a guest), 4 at a limit, 130 when stopped. The guest's own exit code is
in the result. Virtual machines have --memory each; what is typed goes to the first.`,
    )
    .action(async (image: string, { bits, exitPort, postPort, ...options }) => {
      const { boot } = await import("./boot.ts");
      const ports = {
        exitPort: exitPort === "none" ? null : exitPort,
        postPort: postPort === "none" ? null : postPort,
      };
      const more = bits === undefined ? {} : { bits: bits === "32" ? 32 : 16 } as const;
      done(await boot(image, { ...options, ...ports, ...more }, terminal));
    });

  program.command("nanobench")
    .summary("what privileged operations cost, natively and virtualized")
    .description(
      "Measures the nanobenchmarks of Adams and Agesen (ASPLOS 2006) on this machine and prints them beside the published figures.",
    )
    .addOption(
      new Option(
        "--technique <name>",
        "native, trap-and-emulate, binary-translation or paravirtual; may be repeated, native comes always " +
          "(default: binary-translation)",
      ).argParser(collect),
    )
    .option("--profile <name>", "cost profile", "pentium4-672")
    .option("--no-parameters", "do not find out which entries of the profile each figure rests on (faster)")
    .option("--json", "end stdout with one line of JSON: profile and rows")
    .addHelpText(
      "after",
      `
Examples:
  $ ringlab nanobench
  $ ringlab nanobench --technique trap-and-emulate --no-parameters
  $ ringlab nanobench --profile skylake --json

Exit status: 0 when all was measured, 2 for a wrong command line, 130 when stopped.`,
    )
    .action(async (options) => {
      const { nanobench } = await import("./nanobench.ts");
      done(await nanobench(options, terminal));
    });

  program.command("lab")
    .summary("open the notebooks in JupyterLab")
    .description('Starts JupyterLab with the kernel "Ringlab (Deno)", registered for this project only.')
    .argument("[args...]", "arguments for JupyterLab, after --")
    .addHelpText(
      "after",
      `
Examples:
  $ ringlab lab
  $ ringlab lab -- --no-browser --port=8899`,
    )
    .action(async (args: string[]) => done(await lab(args, terminal)));

  const kernel = program.command("kernel")
    .summary("register the kernel with Jupyter, or remove it")
    .description('Registers the kernel "Ringlab (Deno)", with which the Stop button keeps your variables.');
  for (
    const [verb, action, what] of [["install", install, "Registers"], [
      "uninstall",
      uninstall,
      "Removes",
    ]] as const
  ) {
    kernel.command(verb)
      .description(`${what} the kernelspec.`)
      .option("--user", "for the current user (the default)")
      .option("--prefix <dir>", "in an installation, such as a virtual environment")
      .option("--name <name>", "under another name than ringlab")
      .addHelpText(
        "after",
        `
Examples:
  $ ringlab kernel ${verb} --user
  $ ringlab kernel ${verb} --prefix .venv`,
      )
      .action((options) => done(action(options, terminal)));
  }
  return program;
}

/** Commander's subcommands do not inherit their parent's settings when added by `command()` later: set all. */
function inherit(command: Command, terminal: Terminal): void {
  for (const child of command.commands) {
    child.configureOutput({ writeOut: terminal.out, writeErr: terminal.err }).exitOverride().helpCommand(
      false,
    )
      .showHelpAfterError("(add --help for the options)");
    inherit(child, terminal);
  }
}

/**
 * Runs one command line.
 *
 * @param args the words after `ringlab`.
 * @returns the exit status: 0 for success, 1 for a failure, 2 for a wrong command line, 130 when stopped.
 */
export async function run(args: readonly string[], terminal: Terminal): Promise<number> {
  let status = 0;
  const program = build(terminal, (value) => status = value);
  inherit(program, terminal);
  try {
    await program.parseAsync([...args], { from: "user" });
    return status;
  } catch (error) {
    if (error instanceof CommanderError) {
      const helped = error.code === "commander.helpDisplayed" || error.code === "commander.version";
      return helped ? 0 : USAGE_STATUS;
    }
    if (error instanceof UsageError) {
      terminal.err(`error: ${error.message}\n`);
      return USAGE_STATUS;
    }
    if (error instanceof AbortedError) {
      terminal.err("\nStopped.\n");
      return STOPPED_STATUS;
    }
    if (error instanceof LectureError) {
      terminal.err(`error: ${error.message}\n`);
      return 1;
    }
    terminal.err(`${(error as Error).stack ?? error}\n`);
    return 1;
  }
}
