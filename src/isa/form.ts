/**
 * An entry of the opcode map, with the facts that are true of every instruction decoded from it.
 *
 * @module
 */

import type { CostClass } from "./cost_class.ts";
import type { Operation } from "./operation.ts";

/** When executing the instruction traps because of who executes it. */
export type Privilege =
  | "none" // any ring may execute it
  | "ring-0" // #GP(0) unless CPL = 0
  | "iopl" // #GP(0) when CPL > IOPL (CLI, STI)
  | "io" // CPL > IOPL consults the TSS I/O permission bitmap (IN, OUT, INS, OUTS)
  | "tsd" // #GP(0) outside ring 0 when CR4.TSD is set (RDTSC); PCE likewise for RDPMC
  | "vm86-iopl"; // traps only in virtual-8086 mode with IOPL < 3 (PUSHF, POPF, INT n, IRET)

/** Why Popek and Goldberg call the instruction sensitive. */
export interface Sensitivity {
  /** Control sensitive: changes the mode or the resources. Behaviour sensitive: what it does depends on them. */
  readonly kind: "control" | "behaviour";
  /** One plain sentence for a listing or a lecture. */
  readonly why: string;
}

/** Processor state beyond the general registers that an instruction reads or writes. */
export type ControlState =
  | "cpl"
  | "if"
  | "iopl"
  | "eflags-system" // NT, RF, VM, AC, VIF, VIP, ID, TF
  | "cr0"
  | "cr2"
  | "cr3"
  | "cr4"
  | "debug"
  | "msr"
  | "tsc"
  | "gdtr"
  | "idtr"
  | "ldtr"
  | "tr"
  | "descriptors" // reads or loads entries of descriptor tables
  | "segments" // hidden parts of segment registers
  | "tlb"
  | "caches"
  | "io"
  | "vmcs"
  | "activity"; // running or halted

/** One entry of the opcode map. */
export interface Form {
  /** Mnemonic in lower case as Intel spells it, without size suffix: `mov`, `movs`, `cmovcc` is `cmove` and so on. */
  readonly mnemonic: string;
  /** What the processor does: the key of the table of handlers. Several mnemonics may share one (`jcc`), one may have two (`jmp`, `jmp-far`). */
  readonly operation: Operation;
  /** Opcode as the manual writes it, e.g. `0F BA /4 ib`. */
  readonly opcode: string;
  /** Condition code 0..15 (the opcode's low four bits) for Jcc, SETcc and CMOVcc; -1 otherwise. */
  readonly condition: number;
  /** Operand size in bytes forced by the form (1 for byte forms); 0 when the effective operand size decides. Strings read their element size here. */
  readonly width: 0 | 1 | 2 | 4;
  readonly family: string;
  readonly costClass: CostClass;
  readonly privilege: Privilege;
  /** Empty for an innocuous instruction. */
  readonly sensitive: readonly Sensitivity[];
  readonly reads: readonly ControlState[];
  readonly writes: readonly ControlState[];
  /** True when LOCK is allowed with a memory destination. */
  readonly lockable: boolean;
  /** First processor that has it: 8086, 80186, 80286, 80386, 80486, Pentium, Pentium Pro, Pentium II, ... */
  readonly since: string;
}
