import { describe, expect, test } from "vitest";
import { ringlab } from "./support.ts";

describe("the command line", () => {
  const commands = [[], ["lecture"], ["lab"], ["boot"], ["nanobench"], ["kernel"], ["kernel", "install"], [
    "kernel",
    "uninstall",
  ]];
  test.each(commands.map((words) => [words.join(" ") || "ringlab", words]))("%s --help", async (_, words) => {
    const { status, out, err } = await ringlab([...words, "--help"]);
    expect(status).toBe(0);
    expect(err).toBe("");
    expect(out).toContain(`Usage: ${["ringlab", ...words].join(" ")}`);
    if (words.join() !== "kernel") expect(out).toContain("Examples:");
  });

  const wrong: [string[], RegExp][] = [
    [[], /Usage: ringlab/],
    [["lectur"], /unknown command 'lectur'[\s\S]*Did you mean lecture/],
    [["lecture", "--frobnicate"], /unknown option '--frobnicate'/],
    [["lecture", "--jobs", "0"], /Give a whole number/],
    [["lecture", "--cell-timeout", "soon"], /Give a number of seconds/],
    [["lecture", "no-such-notebook"], /No notebook is named "no-such-notebook"/],
    [["lecture", "--token", "x"], /--token goes with --server/],
    [["lecture", "--check", "--write"], /exclude each other/],
    [["kernel", "install", "--user", "--prefix", "x"], /exclude each other/],
    [["boot"], /missing required argument 'image'/],
    [["boot", "/no/such/file"], /There is no file \/no\/such\/file/],
    [["boot", "x", "--kind", "pe"], /Allowed choices are flat, rom, elf, multiboot/],
    [["boot", "x", "--exit-port", "65536"], /Give a port/],
    [["boot", "x", "--max-instructions", "1.5"], /Give a whole number/],
  ];
  test.each(wrong.map(([words, message]) => [words.join(" ") || "nothing", words, message] as const))(
    "ringlab %s: a message on stderr, status 2",
    async (_, words, message) => {
      const { status, out, err } = await ringlab(words);
      expect(err).toMatch(message);
      expect(out).toBe("");
      expect(status).toBe(2);
    },
  );
});
