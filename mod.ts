/**
 * Ringlab: a real IA-32 machine inside a Jupyter notebook.
 *
 * @example
 * ```ts
 * import { asm, Machine } from "ringlab";
 *
 * const machine = new Machine({ memory: "4M", profile: "pentium4-672" });
 * machine.load(asm`
 *   bits 32
 *       mov eax, 41
 *       inc eax
 *       hlt
 * `);
 * const run = await machine.run();
 * if (run.registers.gpr.eax !== 42) throw new Error("the machine cannot count");
 * ```
 *
 * @module
 */

export * from "./src/isa/mod.ts";
export * from "./src/cycles/mod.ts";
export {
  type BusPort,
  Cpu,
  type CpuEvent,
  type CpuModel,
  type CpuOptions,
  type DecodedBlock,
  decodedBlock,
  type DecodedMicroOperation,
  type EventKind,
  EXCEPTION_NAMES,
  type ExtensionPort,
  Fault,
  type InterceptPort,
  modelFor,
  type RegistersSnapshot,
  type SegmentSnapshot,
  type StopReason,
  type TrapPort,
} from "./src/cpu/mod.ts";
export * from "./src/machine/mod.ts";
export * from "./src/vmm/mod.ts";
export * as guests from "./src/guests/mod.ts";
export * from "./src/experiments/mod.ts";
export * from "./src/notebook/mod.ts";
