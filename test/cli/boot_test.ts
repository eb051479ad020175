import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { asm } from "../../src/isa/mod.ts";
import { put, temporaryDirectory } from "../lecture/support.ts";
import { ringlab } from "./support.ts";

const directory = temporaryDirectory();

function image(name: string, bytes: Uint8Array): string {
  const path = join(directory, name);
  writeFileSync(path, bytes);
  return path;
}

const hello = image(
  "hello.bin",
  asm`
  bits 16
  org 0x7c00
      mov dx, 0x3f8
      mov si, text
  next:
      lodsb
      test al, al
      jz done
      out dx, al
      jmp next
  done:
      mov al, 0x42
      out 0x80, al
      mov al, 3
      out 0xf4, al
      hlt
  text: db "hello", 0
`.bytes,
);
const endless = image("endless.bin", Uint8Array.of(0xeb, 0xfe));
const dead = image(
  "dead.bin",
  asm`
  bits 16
  org 0x7c00
      lidt [none]
      int3
  none: dw 0
      dd 0
`.bytes,
);

const lastLine = (text: string) => JSON.parse(text.trimEnd().split("\n").at(-1)!);

describe("ringlab boot", () => {
  test("--json: the guest's output, then one line with the result", async () => {
    const { status, out, err } = await ringlab(["boot", hello, "--json"]);
    expect(err).toBe("");
    expect(status).toBe(0);
    expect(out.split("\n")).toHaveLength(3);
    expect(out.startsWith("hello\n{")).toBe(true);
    const result = lastLine(out);
    expect(Object.keys(result)).toEqual([
      "status",
      "exitCode",
      "postCode",
      "instructions",
      "cycles",
      "hostSeconds",
      "mips",
      "serial",
      "ledger",
    ]);
    expect(result).toMatchObject({ status: "exited", exitCode: 7, postCode: 0x42, serial: "hello" });
    expect(result.ledger.total).toBe(result.cycles);
  });

  test("without --json stdout is the guest's alone, the summary goes to stderr", async () => {
    const { out, err } = await ringlab(["boot", hello]);
    expect(out).toBe("hello\n");
    expect(err).toMatch(/^exited with code 7, POST code 42h after \d+ instructions/);
  });

  test("--serial none keeps the guest's output off stdout, not out of the result", async () => {
    const { out } = await ringlab(["boot", hello, "--serial", "none", "--json"]);
    expect(out.trimEnd().split("\n")).toHaveLength(1);
    expect(lastLine(out).serial).toBe("hello");
  });

  test("other ports, other memory, another profile", async () => {
    const words = ["--exit-port", "0x80", "--post-port", "none", "--memory", "1M", "--profile", "skylake"];
    const { out } = await ringlab(["boot", hello, "--json", ...words]);
    expect(lastLine(out)).toMatchObject({ status: "exited", exitCode: 0x85, postCode: null });
  });

  test("limits: exactly so many instructions, or so much time; status 4", async () => {
    const { status, out } = await ringlab(["boot", endless, "--json", "--max-instructions", "1000"]);
    expect(status).toBe(4);
    expect(lastLine(out)).toMatchObject({ status: "limit", limit: "instructions", instructions: 1000 });
    const timed = await ringlab(["boot", endless, "--json", "--max-seconds", "0.05"]);
    expect(lastLine(timed.out)).toMatchObject({ status: "limit", limit: "seconds" });
  });

  test("a triple fault is a status, 3", async () => {
    const { status, out } = await ringlab(["boot", dead, "--json"]);
    expect(status).toBe(3);
    expect(lastLine(out).status).toBe("shutdown");
  });

  test("Ctrl-C: the result up to there, status 130", async () => {
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 100);
    const { status, out } = await ringlab(["boot", endless, "--json"], stop.signal);
    expect(status).toBe(130);
    expect(lastLine(out).status).toBe("aborted");
  });

  test("an image that is none: the error names file and offset, status 1, stdout stays empty", async () => {
    const path = put(directory, "text.elf", "this is not ELF");
    const { status, out, err } = await ringlab(["boot", path, "--kind", "elf"]);
    expect({ status, out }).toEqual({ status: 1, out: "" });
    expect(err).toMatch(/text\.elf at offset 0: not an ELF file/);
  });

  test("wrong sizes and profiles are wrong command lines", async () => {
    const memory = await ringlab(["boot", hello, "--memory", "5Q"]);
    expect(memory).toMatchObject({ status: 2, err: expect.stringMatching(/"5Q" is not a size/) });
    const profile = await ringlab(["boot", hello, "--profile", "pentium5"]);
    expect(profile).toMatchObject({ status: 2, err: expect.stringMatching(/no cost profile "pentium5"/) });
  });
});

describe("ringlab boot --technique", () => {
  const monitored = ["--technique", "trap-and-emulate", "--memory", "1M"];

  test("the guest prints and ends in a virtual machine as on the machine itself", async () => {
    const { status, out, err } = await ringlab(["boot", hello, "--json", ...monitored]);
    expect({ status, err }).toEqual({ status: 0, err: "" });
    expect(out.startsWith("hello\n{")).toBe(true);
    const result = lastLine(out);
    expect(result).toMatchObject({ status: "exited", exitCode: 7, postCode: 0x42, serial: "hello" });
    expect(result.machines).toMatchObject([{ name: "vm1", technique: "trap-and-emulate", number: 1 }]);
    expect(result.ledger.total).toBe(result.cycles);
    expect(result.ledger.worlds.monitor).toBeGreaterThan(0);
  });

  test("--vms: each line says whose it is, and each machine has its own result", async () => {
    const { status, out } = await ringlab(["boot", hello, "--json", "--vms", "3", ...monitored]);
    expect(status).toBe(0);
    expect(out.split("\n").slice(0, 3)).toEqual(["vm1 | hello", "vm2 | hello", "vm3 | hello"]);
    const { status: all, machines } = lastLine(out);
    expect(all).toBe("finished");
    expect(machines.map(({ exitCode, serial }: { exitCode: number; serial: string }) => [exitCode, serial]))
      .toEqual([[7, "hello"], [7, "hello"], [7, "hello"]]);
  });

  test("without --json: the guest's output, then the bill on stderr", async () => {
    const { out, err } = await ringlab(["boot", hello, ...monitored]);
    expect(out).toBe("hello\n");
    expect(err).toMatch(/^finished after \d+ cycles.*\nvm1 \(trap-and-emulate\): exited/);
    expect(err).toContain("vm 1 monitor");
  });

  test("limits and triple faults have the same exit status as without a monitor", async () => {
    const limited = await ringlab(["boot", endless, "--json", "--max-instructions", "1000", ...monitored]);
    expect(limited.status).toBe(4);
    expect(lastLine(limited.out).status).toBe("limit");
    const ended = await ringlab(["boot", dead, "--json", ...monitored]);
    expect(ended.status).toBe(3);
    expect(lastLine(ended.out).status).toBe("shutdown");
  });

  test("what cannot be is a wrong command line", async () => {
    const unknown = await ringlab(["boot", hello, "--technique", "magic"]);
    expect(unknown).toMatchObject({
      status: 2,
      err: expect.stringMatching(/no technique "magic".*native, trap/),
    });
    const alone = await ringlab(["boot", hello, "--vms", "2"]);
    expect(alone).toMatchObject({ status: 2, err: expect.stringMatching(/add --technique/) });
    const crowd = await ringlab(["boot", hello, "--vms", "16", ...monitored]);
    expect(crowd).toMatchObject({ status: 2, err: expect.stringMatching(/at most 15 virtual machines/) });
    const port = await ringlab(["boot", hello, "--exit-port", "none", ...monitored]);
    expect(port).toMatchObject({ status: 2, err: expect.stringMatching(/exit port at 0xf4/) });
  });
});
