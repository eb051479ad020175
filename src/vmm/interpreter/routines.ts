/**
 * The interpreter's routines: one for every privileged or sensitive instruction. Each says which resource the instruction reaches
 * for, and does to the virtual machine what the instruction would have done to the real one. The semantics are the
 * processor's own (room `cpu`), applied to the virtual processor; a routine adds what the rest of the monitor must hear of.
 *
 * @module
 */

import { BASE, effectiveAddress, HANDLERS } from "../../cpu/mod.ts";
import type { Instruction, Operation } from "../../isa/mod.ts";
import type { Resource } from "../allocator/allocator.ts";
import type { VirtualMachine } from "../virtual_machine.ts";

/** One routine. */
export interface Routine {
  readonly operation: Operation;
  /** What the allocator is asked for; null for instructions that only look at a resource. */
  readonly resource: Resource | null;
  /** What it does, in a sentence. */
  readonly does: string;
  /**
   * Does it. The virtual processor's EIP is the instruction's, NEXT_EIP the next one's.
   *
   * @returns true when memory virtualization has been told what it must know; otherwise it is told to look again if the guest's
   * TLB has been emptied
   * @throws {Fault} what the guest's processor would have raised
   */
  run(vm: VirtualMachine, instruction: Instruction): boolean | void;
}

type Run = Routine["run"];

/** What the instruction does, done to the virtual processor. */
const execute: Run = (vm, instruction) => HANDLERS[instruction.form.operation]!(vm.cpu, instruction);

/** Only the one page: its shadow goes, and everything else the guest's TLB may hold stays. */
const invalidatePage: Run = (vm, instruction) => {
  const { s } = vm.cpu;
  const operand = instruction.operands[0]!;
  const linear = (s[BASE + operand.segment]! + effectiveAddress(vm.cpu, instruction, operand)) | 0;
  execute(vm, instruction);
  vm.pageInvalidated(linear);
  return true;
};

/** Loads of descriptor-table registers: the shadow of the table is made when the guest goes on. */
const loadTable: Run = (vm, instruction) => {
  execute(vm, instruction);
  vm.gdt.invalidate();
  vm.ldt.invalidate();
};

const routine = (
  operation: Operation,
  resource: Resource | null,
  does: string,
  run: Run = execute,
): Routine => ({ operation, resource, does, run });

const LIST: readonly Routine[] = [
  // Interrupts.
  routine("cli", "interrupts", "clears the virtual IF; the real one stays set"),
  routine("sti", "interrupts", "sets the virtual IF; what is pending is delivered before the guest goes on"),
  routine("pushf", null, "pushes the virtual flags, IF and IOPL included"),
  routine("popf", "interrupts", "pops the virtual flags; IF and IOPL as the guest's ring may change them"),
  routine(
    "iret",
    "interrupts",
    "returns as the guest's tables say, to the virtual ring that is on its stack",
  ),
  routine(
    "lidt",
    "interrupts",
    "remembers where the guest's interrupt table is; the real one is the monitor's",
  ),
  routine("sidt", null, "stores the guest's interrupt table register"),
  routine("int", "interrupts", "goes through the guest's gate, if the guest's ring may"),
  routine("int3", "interrupts", "goes through the guest's gate 3"),
  routine("into", "interrupts", "goes through the guest's gate 4 if OF is set"),
  routine("int1", "interrupts", "goes through the guest's gate 1"),
  // Memory.
  routine(
    "mov-to-control",
    "memory",
    "writes the virtual register; another shadow page table for another CR3",
  ),
  routine("mov-from-control", null, "reads the virtual register"),
  routine("invlpg", "memory", "drops one page of the shadow page tables", invalidatePage),
  routine("lgdt", "memory", "remembers where the guest's descriptor table is, to be shadowed", loadTable),
  routine("lldt", "memory", "loads the virtual LDTR from the guest's table", loadTable),
  routine("sgdt", null, "stores the guest's descriptor table register"),
  routine("sldt", null, "stores the virtual LDTR"),
  routine("mov-to-segment", "memory", "loads a segment register from the guest's table"),
  routine("pop-segment", "memory", "loads a segment register from the guest's table"),
  routine("load-far-pointer", "memory", "loads a segment register and a general one"),
  routine("mov-from-segment", null, "reads the selector as the guest loaded it, with its virtual ring"),
  routine("push-segment", null, "pushes the selector as the guest loaded it, with its virtual ring"),
  routine("lar", null, "reads access rights from the guest's table, for the virtual ring"),
  routine("lsl", null, "reads a limit from the guest's table, for the virtual ring"),
  routine("verr", null, "asks the guest's table for the virtual ring"),
  routine("verw", null, "asks the guest's table for the virtual ring"),
  // Ports.
  routine("in", "ports", "reads from the virtual machine's device"),
  routine("out", "ports", "writes to the virtual machine's device"),
  routine("ins", "ports", "reads from the virtual machine's device into guest memory"),
  routine("outs", "ports", "writes from guest memory to the virtual machine's device"),
  // The processor.
  routine("ltr", "processor", "loads the virtual task register; the real one is the monitor's", loadTable),
  routine("str", null, "stores the virtual task register"),
  routine("lmsw", "processor", "writes the low half of the virtual CR0"),
  routine("smsw", null, "stores the low half of the virtual CR0"),
  routine("clts", "processor", "clears TS of the virtual CR0"),
  routine("call-far", "processor", "goes where the guest's table or gate leads, in its virtual ring"),
  routine("jmp-far", "processor", "goes where the guest's table, gate or task leads"),
  routine("ret-far", "processor", "returns to the virtual ring that is on the guest's stack"),
  routine("sysenter", "processor", "enters the guest's kernel where its own registers say"),
  routine("sysexit", "processor", "returns to the guest's program"),
  routine("mov-to-debug", "processor", "writes the virtual debug register, which the real one follows"),
  routine("mov-from-debug", null, "reads the virtual debug register"),
  routine("rdmsr", null, "reads the virtual model-specific register"),
  routine("wrmsr", "processor", "writes the virtual model-specific register"),
  routine("invd", "processor", "does nothing that a guest could see: the real caches are everybody's"),
  routine("wbinvd", "processor", "does nothing that a guest could see: the real caches are everybody's"),
  routine("rsm", "processor", "raises #UD outside system management mode"),
  // Time.
  routine("hlt", "time", "halts the virtual processor; others get the real one"),
  routine("rdtsc", null, "reads the virtual machine's own clock"),
  routine("rdpmc", null, "reads the virtual machine's own counters"),
];

/** All routines, by operation. */
export const ROUTINES: ReadonlyMap<string, Routine> = new Map(LIST.map((each) => [each.operation, each]));
