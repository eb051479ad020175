/**
 * Random kernels: privileged code that does, in an order nobody would think of, everything an operating system may do.
 *
 * @module
 */

import { asm, Program } from "../../isa/mod.ts";
import { COMPUTE } from "./families/compute.ts";
import { FLAGS } from "./families/flags.ts";
import { SEGMENTS } from "./families/segments.ts";
import { SYSTEM } from "./families/system.ts";
import { USER } from "./families/user.ts";
import { AT, CODE_END, type EntryPoints, IMAGE, RAM_BYTES, writeTables } from "./layout.ts";
import { prelude, VARIABLES } from "./prelude.ts";
import { Random } from "./random.ts";
import { type Family, type Step, stepText, StepWriter } from "./step.ts";

const FAMILIES: Readonly<Record<string, readonly [weight: number, family: Family]>> = {
  ...COMPUTE,
  ...FLAGS,
  ...SEGMENTS,
  ...SYSTEM,
  ...USER,
};

/** Names of the families of steps. */
export const RANDOM_FAMILIES: readonly string[] = Object.keys(FAMILIES);

/** The families that a monitor cannot keep secrets from when it runs user code directly on plain IA-32. */
export const USER_SENSITIVE_FAMILIES: readonly string[] = ["user-sensitive"];

/** What a random kernel is made of. */
export interface RandomKernelOptions {
  /** Steps of the body. Default 60. */
  readonly steps?: number;
  /** How often the body is executed. Default: 2 to 5, by the seed. */
  readonly rounds?: number;
  /** Let the timer interrupt at any time. Default: for three kernels of ten, by the seed. */
  readonly ticking?: boolean;
  /** Families to take steps from. Default: all. */
  readonly only?: readonly string[];
  /** Families to leave out. */
  readonly without?: readonly string[];
}

/** A random kernel before it is assembled. Plain data, so that steps can be taken away. */
export interface RandomKernelPlan {
  readonly seed: number;
  readonly rounds: number;
  /** The low memory is mapped by one 4 MiB page. */
  readonly largeLow: boolean;
  /** How the frames behind the test pages of the two address spaces differ. */
  readonly shuffle: number;
  /** PIT ticks from one timer interrupt to the next; 0 when there are none but those that HLT waits for. */
  readonly period: number;
  readonly steps: readonly Step[];
}

/** A random kernel, ready to be loaded. */
export interface RandomKernel {
  readonly plan: RandomKernelPlan;
  /** Starts in flat protected mode, as `load` makes it; needs 2 MiB of RAM. Ends by port F4h, or by a triple fault. */
  readonly program: Program;
}

/** Where timer interrupts leave traces of when they came: the stacks of ring 0 and of the other tasks. From, and up to. */
export const RANDOM_KERNEL_STACKS: readonly [from: number, to: number] = [
  AT.doubleFaultStack - 0x400,
  AT.userStack - 0x1000,
];

/** RAM that a random kernel needs, in bytes. */
export const RANDOM_KERNEL_BYTES = RAM_BYTES;

/**
 * The plan that follows from a seed.
 *
 * @throws {RangeError} when an option names no family, or leaves none.
 */
export function planRandomKernel(seed: number, options: RandomKernelOptions = {}): RandomKernelPlan {
  const { steps: count = 60, only = RANDOM_FAMILIES, without = [] } = options;
  for (const name of [...only, ...without]) {
    if (!Object.hasOwn(FAMILIES, name)) {
      throw new RangeError(
        `there is no family ${JSON.stringify(name)}; there are ${RANDOM_FAMILIES.join(", ")}`,
      );
    }
  }
  const random = new Random(seed);
  const largeLow = random.chance(0.15),
    shuffle = random.below(16),
    rounds = options.rounds ?? 2 + random.below(4);
  const ticking = options.ticking ?? random.chance(0.3), period = ticking ? 30 + random.below(100) : 0;
  const usable = only.filter((name) => !without.includes(name));
  const total = usable.reduce((sum, name) => sum + FAMILIES[name]![0], 0);
  if (total === 0) throw new RangeError("no family of steps is left");
  const steps: Step[] = [];
  for (let id = 0; id < count; id++) {
    let at = random.below(2 ** 20) / 2 ** 20 * total;
    const name = usable.find((name) => (at -= FAMILIES[name]![0]) < 0) ?? usable[0]!;
    const writer = new StepWriter(id, { largeLow, ticking: period > 0 });
    if (random.chance(0.15)) {
      writer.put(`mov ${random.word("eax ebx ecx edx esi edi ebp")}, ${random.value()}`);
    }
    FAMILIES[name]![1](writer, random);
    steps.push(writer.done(name));
  }
  return { seed, rounds, largeLow, shuffle, period, steps };
}

/** The body's source text. */
export function randomKernelSource(plan: RandomKernelPlan): string {
  const { steps, rounds, period } = plan;
  const boot = prelude();
  return [
    "bits 32",
    `org ${AT.body}`,
    ...["finish", "main_task", "real_trip"].map((name) => `%define ${name} ${boot.address(name)}`),
    `%define gdt_pointer ${VARIABLES.gdtPointer}`,
    `%define idt_pointer ${VARIABLES.idtPointer}`,
    `mov dword [${VARIABLES.rounds}], ${rounds}`,
    ...period > 0 ? startTimer(period) : [],
    "body:",
    ...steps.map(stepText),
    `dec dword [${VARIABLES.rounds}]`,
    "jnz near body",
    "jmp finish",
    "align 8",
    "bounds: dd 3, 30",
    "far_pointer: dd 0x12345678",
    "dw 0x10",
    'far_text: db "Hello, world"',
    "align 4096, db 0xCC",
    "user_start:",
    ...steps.flatMap(({ user }) => user),
    "times 16 nop",
    "align 4096, db 0xCC",
    "user_end:",
  ].join("\n");
}

/** The 8254 in mode 2, its interrupt let through. */
function startTimer(period: number): string[] {
  const out = (port: number, value: number) => [`mov al, ${value}`, `out ${port}, al`];
  const count = [...out(0x43, 0x34), ...out(0x40, period & 0xff), ...out(0x40, period >> 8)];
  return [...count, ...out(0x21, 0xfe), `mov dword [${VARIABLES.resumeFlags}], 0x202`, "sti"];
}

function entries(ticking: boolean): EntryPoints {
  const boot = prelude();
  const at = (name: string) => boot.address(name);
  return {
    vector: (number) =>
      number === 0x20
        ? at(ticking ? "ticking" : "tick")
        : number === 0x80
        ? at("stub80")
        : at("stubs") + 16 * (number & 63),
    gate0: at("gate0_entry"),
    gate3: at("gate3_entry"),
    task2: at("task2_entry"),
    task3: at("task3_entry"),
    doubleFault: at("double_fault_entry"),
  };
}

/**
 * Assembles a plan.
 *
 * @throws {AssemblerError} when the lines of its steps are no program.
 * @throws {RangeError} when it is too long.
 */
export function assembleRandomKernel(plan: RandomKernelPlan): Program {
  const boot = prelude(), body = asm(randomKernelSource(plan));
  const end = AT.body + body.bytes.length;
  if (end > CODE_END) {
    throw new RangeError(`the kernel ends at ${end.toString(16)}h; it must end below ${CODE_END}`);
  }
  const bytes = new Uint8Array(end - IMAGE);
  bytes.fill(0xff, 0, 0x1000);
  // Execution begins at the origin.
  bytes[0] = 0xe9;
  new DataView(bytes.buffer).setInt32(1, AT.prelude - IMAGE - 5, true);
  bytes.set(boot.bytes, AT.prelude - IMAGE);
  bytes.set(body.bytes, AT.body - IMAGE);
  const { largeLow, shuffle } = plan;
  const tables = {
    largeLow,
    shuffle,
    userStart: body.address("user_start"),
    userEnd: body.address("user_end"),
  };
  writeTables(bytes, entries(plan.period > 0), tables);
  return new Program({
    bytes,
    origin: IMAGE,
    bits: 32,
    symbols: new Map([...boot.symbols, ...body.symbols]),
    labels: new Map([...boot.labels, ...body.labels]),
    listing: [],
    sections: [{ name: ".text", address: IMAGE, length: bytes.length, inImage: true }],
    source: body.source,
  });
}

/**
 * The random kernel of a seed. The same seed and options give the same bytes.
 *
 * @example
 * ```ts
 * import { guests, Machine } from "ringlab";
 *
 * const machine = new Machine({ memory: guests.RANDOM_KERNEL_BYTES });
 * const { program } = guests.randomKernel(1, { steps: 10 });
 * machine.load(program);
 * const run = machine.runSync({ maxInstructions: 1_000_000 });
 * if (run.status !== "exited" && run.status !== "shutdown") throw new Error(run.status);
 * ```
 */
export function randomKernel(seed: number, options: RandomKernelOptions = {}): RandomKernel {
  const plan = planRandomKernel(seed, options);
  return { plan, program: assembleRandomKernel(plan) };
}
