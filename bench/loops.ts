/**
 * Loops of one kind of instruction each: what the engine's micro-operations take. A collapse of the engine (a function V8
 * no longer optimizes, a jump table lost) shows here as one figure, or all, ten times what it was.
 *
 * @module
 */

import { asm } from "../src/isa/mod.ts";
import { Machine } from "../src/machine/mod.ts";
import { threadSeconds } from "./processor_time.ts";

/** A loop's name and its body, which must leave ECX, ESP and EBP alone. */
export interface Loop {
  readonly name: string;
  readonly body: string;
}

/** The loops. EBP points to memory, `f` is a function that only returns. */
export const LOOPS: readonly Loop[] = [
  { name: "dec, jnz", body: "" },
  { name: "register moves", body: "mov eax, ebx\n mov edx, 5\n mov esi, eax\n mov edi, edx" },
  { name: "add, sub, xor", body: "add eax, ebx\n xor edx, eax\n add ebx, 7\n sub esi, edx" },
  { name: "inc, dec", body: "inc eax\n inc edx\n inc ebx\n dec esi" },
  { name: "shifts", body: "shl eax, 3\n shr edx, 2\n sar esi, 1\n shl edi, 1" },
  { name: "cmp, jcc", body: "cmp eax, 5\n je near out\n cmp edx, ebx\n jb near out" },
  { name: "loads", body: "mov eax, [ebp]\n mov edx, [ebp + 16]\n mov ebx, [ebp + 8]\n mov esi, [ebp + 4]" },
  { name: "stores", body: "mov [ebp], eax\n mov [ebp + 16], edx\n mov [ebp + 8], ebx\n mov [ebp + 4], esi" },
  { name: "load and add", body: "add eax, [ebp]\n xor edx, [ebp + 8]\n add esi, [ebp + 4]\n or edi, [ebp]" },
  { name: "add to memory", body: "add [ebp], eax\n inc dword [ebp + 4]" },
  { name: "bytes", body: "mov al, [ebp]\n mov [ebp + 4], bl\n movzx edx, byte [ebp + 9]\n add bl, dl" },
  { name: "push, pop", body: "push eax\n push ebx\n pop ebx\n pop eax" },
  { name: "call, ret", body: "call f" },
  {
    name: "with rep movsd of 64",
    body: "mov esi, ebp\n mov edi, ebp\n mov edx, ecx\n mov ecx, 64\n rep movsd\n mov ecx, edx",
  },
  { name: "through routines", body: "bt eax, 3\n bsf edx, ebp" },
];

/** Copies of the body within the loop. */
const COPIES = 8;

/** The time of one loop. */
export interface LoopTime {
  readonly name: string;
  /** Nanoseconds per instruction: the best of all repetitions. */
  readonly nanoseconds: number;
  readonly instructions: number;
}

/** Runs every loop `repeats` times, in turn, for about `instructions` instructions each. */
export function timeLoops(instructions: number, repeats: number): LoopTime[] {
  const best = new Map<string, LoopTime>();
  for (let repeat = 0; repeat < repeats; repeat++) {
    for (const { name, body } of LOOPS) {
      const machine = new Machine({ memory: "4M", history: false });
      const length = body === "" ? 0 : body.split("\n").length * COPIES;
      const rounds = Math.ceil(instructions / (length + 2));
      machine.load(asm(program(body, rounds)));
      const start = threadSeconds();
      const run = machine.runSync().orThrow();
      const nanoseconds = (threadSeconds() - start) * 1e9 / run.instructions;
      const known = best.get(name);
      if (known === undefined || nanoseconds < known.nanoseconds) {
        best.set(name, { name, nanoseconds, instructions: run.instructions });
      }
    }
  }
  return [...best.values()];
}

function program(body: string, rounds: number): string {
  return `
    bits 32
    org 0x100000
      mov esp, 0x180000
      mov ebp, 0x200000
      mov dword [ebp], 1
      cld
      mov ecx, ${rounds}
    again:
      ${body === "" ? "" : `%rep ${COPIES}\n${body}\n%endrep`}
      dec ecx
      jnz near again
    out:
      hlt
    f:
      ret
  `;
}
