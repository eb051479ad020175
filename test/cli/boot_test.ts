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
