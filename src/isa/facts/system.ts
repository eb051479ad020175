/**
 * The operations that touch the mode, interrupts, segments, descriptor tables, system registers, devices and VMX.
 *
 * @module
 */

import { fact } from "./fact.ts";
import { LOADS_SEGMENT } from "./ordinary.ts";

const STORES_REAL_TABLE =
  "Any ring can read where the real table lies, which is the monitor's and not the guest's.";
const SEES_DESCRIPTORS =
  "The answer depends on the CPL and on the real descriptor tables, so a deprivileged kernel sees its true ring.";
const CHANGES_RING = "May pass a gate or a far return into another ring, with checks that depend on the CPL.";
const DOES_IO = "Reaches devices, which are resources that the monitor hands out.";

/** Facts of the operations that an operating system is made of. */
export const SYSTEM_FACTS = {
  // interrupt flag
  cli: fact("flag-interrupt", {
    privilege: "iopl",
    control: "Turns interrupts off for the whole processor.",
    reads: ["cpl", "iopl"],
    writes: ["if"],
  }),
  sti: fact("flag-interrupt", {
    privilege: "iopl",
    control: "Turns interrupts on for the whole processor.",
    reads: ["cpl", "iopl"],
    writes: ["if"],
  }),

  // flag image
  pushf: fact("push-flags", {
    privilege: "vm86-iopl",
    behaviour: "Stores the real IF and IOPL, which a deprivileged kernel did not choose.",
    reads: ["if", "iopl", "eflags-system"],
  }),
  popf: fact("pop-flags", {
    privilege: "vm86-iopl",
    control: "Changes IF when CPL <= IOPL, and IOPL in ring 0.",
    behaviour: "Outside ring 0 it leaves IOPL, and with CPL > IOPL also IF, as they were, without a trap.",
    reads: ["cpl", "iopl"],
    writes: ["if", "iopl", "eflags-system"],
  }),

  // far transfer
  "jmp-far": fact("far-transfer", {
    control: "May switch tasks through a task gate or a TSS.",
    behaviour: CHANGES_RING,
    reads: ["cpl", "gdtr", "ldtr", "tr", "descriptors"],
    writes: ["segments", "tr"],
  }),
  "call-far": fact("far-transfer", {
    control: "May enter an inner ring through a call gate, or switch tasks.",
    behaviour: CHANGES_RING,
    reads: ["cpl", "gdtr", "ldtr", "tr", "descriptors"],
    writes: ["cpl", "segments", "tr"],
  }),
  "ret-far": fact("far-transfer", {
    control: "May return to an outer ring.",
    behaviour: CHANGES_RING,
    reads: ["cpl", "gdtr", "ldtr", "descriptors"],
    writes: ["cpl", "segments"],
  }),
  iret: fact("interrupt-return", {
    privilege: "vm86-iopl",
    control:
      "May return to an outer ring, to virtual-8086 mode or to another task, and changes IF when it is allowed to.",
    behaviour: "Like POPF it drops changes of IF and IOPL that the CPL does not allow, without a trap.",
    reads: ["cpl", "iopl", "gdtr", "ldtr", "tr", "descriptors"],
    writes: ["cpl", "if", "iopl", "eflags-system", "segments", "tr"],
  }),
  sysenter: fact("fast-system-call", {
    control: "Enters ring 0 at the address in the SYSENTER MSRs.",
    reads: ["msr", "cr0"],
    writes: ["cpl", "if", "segments"],
  }),
  sysexit: fact("fast-system-return", {
    privilege: "ring-0",
    control: "Leaves ring 0 for ring 3.",
    reads: ["cpl", "msr", "cr0"],
    writes: ["cpl", "segments"],
  }),

  // interrupt
  int: fact("interrupt", {
    privilege: "vm86-iopl",
    control: "Enters the ring that the gate in the real IDT names.",
    behaviour:
      "The gate's DPL is checked against the CPL, so a deprivileged kernel can fail where ring 0 would not.",
    reads: ["cpl", "iopl", "idtr", "tr", "descriptors"],
    writes: ["cpl", "if", "eflags-system", "segments"],
  }),
  int3: fact("interrupt", {
    control: "Enters the ring that the gate in the real IDT names.",
    behaviour: "The gate's DPL is checked against the CPL, as with INT n.",
    reads: ["cpl", "idtr", "tr", "descriptors"],
    writes: ["cpl", "if", "eflags-system", "segments"],
  }),
  into: fact("interrupt", {
    control: "With OF set, enters the ring that the gate in the real IDT names.",
    behaviour: "The gate's DPL is checked against the CPL, as with INT n.",
    reads: ["cpl", "idtr", "tr", "descriptors"],
    writes: ["cpl", "if", "eflags-system", "segments"],
  }),
  int1: fact("interrupt", {
    control: "Enters the ring that the gate of #DB in the real IDT names, whatever the gate's DPL.",
    behaviour: "Where its frame goes depends on the CPL: on the program's own stack, or on an inner ring's.",
    reads: ["cpl", "idtr", "tr", "descriptors"],
    writes: ["cpl", "if", "eflags-system", "segments"],
  }),
  bound: fact("bound"),
  ud: fact("undefined"),

  // string and port input and output
  ins: fact("input-output", {
    privilege: "io",
    control: DOES_IO,
    reads: ["cpl", "iopl", "tr", "io"],
    writes: ["io"],
  }),
  outs: fact("input-output", {
    privilege: "io",
    control: DOES_IO,
    reads: ["cpl", "iopl", "tr"],
    writes: ["io"],
  }),
  in: fact("input-output", {
    privilege: "io",
    control: DOES_IO,
    reads: ["cpl", "iopl", "tr", "io"],
    writes: ["io"],
  }),
  out: fact("input-output", {
    privilege: "io",
    control: DOES_IO,
    reads: ["cpl", "iopl", "tr"],
    writes: ["io"],
  }),

  // segment
  "mov-from-segment": fact("segment-read", {
    behaviour: "Stores a selector whose RPL gives away the real ring.",
    reads: ["segments"],
  }),
  "mov-to-segment": fact("segment-load", {
    behaviour: LOADS_SEGMENT,
    reads: ["cpl", "gdtr", "ldtr", "descriptors"],
    writes: ["segments"],
  }),
  "load-far-pointer": fact("segment-load", {
    behaviour: LOADS_SEGMENT,
    reads: ["cpl", "gdtr", "ldtr", "descriptors"],
    writes: ["segments"],
  }),

  // descriptor
  lar: fact("descriptor-query", {
    behaviour: SEES_DESCRIPTORS,
    reads: ["cpl", "gdtr", "ldtr", "descriptors"],
  }),
  lsl: fact("descriptor-query", {
    behaviour: SEES_DESCRIPTORS,
    reads: ["cpl", "gdtr", "ldtr", "descriptors"],
  }),
  verr: fact("descriptor-query", {
    behaviour: SEES_DESCRIPTORS,
    reads: ["cpl", "gdtr", "ldtr", "descriptors"],
  }),
  verw: fact("descriptor-query", {
    behaviour: SEES_DESCRIPTORS,
    reads: ["cpl", "gdtr", "ldtr", "descriptors"],
  }),
  arpl: fact("descriptor-query"), // compares two RPLs; neither the mode nor a table matters

  // system table
  lgdt: fact("descriptor-table-load", {
    privilege: "ring-0",
    control: "Chooses the descriptor table that defines all segments.",
    reads: ["cpl"],
    writes: ["gdtr"],
  }),
  lidt: fact("descriptor-table-load", {
    privilege: "ring-0",
    control: "Chooses where every trap and interrupt goes.",
    reads: ["cpl"],
    writes: ["idtr"],
  }),
  sgdt: fact("descriptor-table-store", { behaviour: STORES_REAL_TABLE, reads: ["gdtr"] }),
  sidt: fact("descriptor-table-store", { behaviour: STORES_REAL_TABLE, reads: ["idtr"] }),
  lldt: fact("task-register", {
    privilege: "ring-0",
    control: "Chooses the local descriptor table.",
    reads: ["cpl", "gdtr", "descriptors"],
    writes: ["ldtr"],
  }),
  sldt: fact("task-register", {
    behaviour: "Any ring can read the real selector of the local descriptor table.",
    reads: ["ldtr"],
  }),
  ltr: fact("task-register", {
    privilege: "ring-0",
    control: "Chooses the task state segment: inner stacks and the I/O permission bitmap.",
    reads: ["cpl", "gdtr", "descriptors"],
    writes: ["tr", "descriptors"],
  }),
  str: fact("task-register", {
    behaviour: "Any ring can read the real selector of the task register, RPL included.",
    reads: ["tr"],
  }),
  lmsw: fact("machine-status", {
    privilege: "ring-0",
    control: "Sets PE, MP, EM and TS in CR0.",
    reads: ["cpl", "cr0"],
    writes: ["cr0"],
  }),
  smsw: fact("machine-status", {
    behaviour: "Any ring can read the low half of the real CR0.",
    reads: ["cr0"],
  }),
  clts: fact("machine-status", {
    privilege: "ring-0",
    control: "Clears TS in CR0, which guards the x87.",
    reads: ["cpl"],
    writes: ["cr0"],
  }),

  // system register
  "mov-from-control": fact("control-read", {
    privilege: "ring-0",
    behaviour: "Reads the real control registers, which hold the mode and the page tables' address.",
    reads: ["cpl", "cr0", "cr2", "cr3", "cr4"],
  }),
  "mov-to-control": fact("control-write", {
    privilege: "ring-0",
    control: "Changes the mode, paging or the page tables.",
    reads: ["cpl"],
    writes: ["cr0", "cr2", "cr3", "cr4", "tlb"],
  }),
  "mov-from-debug": fact("debug-register", {
    privilege: "ring-0",
    behaviour: "Reads the real debug registers.",
    reads: ["cpl", "debug", "cr4"],
  }),
  "mov-to-debug": fact("debug-register", {
    privilege: "ring-0",
    control: "Sets breakpoints for whatever runs.",
    reads: ["cpl", "debug", "cr4"],
    writes: ["debug"],
  }),
  rdmsr: fact("msr-read", {
    privilege: "ring-0",
    behaviour: "Reads the real model-specific registers.",
    reads: ["cpl", "msr"],
  }),
  wrmsr: fact("msr-write", {
    privilege: "ring-0",
    control: "Changes model-specific registers, such as the target of SYSENTER.",
    reads: ["cpl"],
    writes: ["msr", "tsc"],
  }),
  rdtsc: fact("time-stamp", {
    privilege: "tsd",
    behaviour: "Reads real time, the monitor's share included, unless CR4.TSD makes it trap.",
    reads: ["cpl", "cr4", "tsc"],
  }),
  rdpmc: fact("performance-counter", {
    privilege: "tsd",
    behaviour: "Reads the real performance counters when CR4.PCE allows it.",
    reads: ["cpl", "cr4", "msr"],
  }),

  // processor
  cpuid: fact("cpuid"), // tells what the processor is, in every mode alike: neither mode nor location matters
  hlt: fact("halt", {
    privilege: "ring-0",
    control: "Stops the processor until an interrupt.",
    reads: ["cpl"],
    writes: ["activity"],
  }),
  invlpg: fact("page-invalidate", {
    privilege: "ring-0",
    control: "Drops a translation from the TLB.",
    reads: ["cpl"],
    writes: ["tlb"],
  }),
  invd: fact("cache", {
    privilege: "ring-0",
    control: "Drops the caches without writing them back.",
    reads: ["cpl"],
    writes: ["caches"],
  }),
  wbinvd: fact("cache", {
    privilege: "ring-0",
    control: "Writes the caches back and drops them.",
    reads: ["cpl"],
    writes: ["caches"],
  }),
  rsm: fact("interrupt-return", {
    control: "Leaves system-management mode; outside of it, an invalid opcode.",
    writes: ["cpl", "if", "iopl", "eflags-system", "cr0", "cr3", "cr4", "segments"],
  }),

  // vmx
  vmcall: fact("vmx", { control: "Calls the monitor: a VM exit by definition.", reads: ["cpl", "vmcs"] }),
  vmlaunch: fact("vmx", {
    privilege: "ring-0",
    control: "Enters a virtual machine.",
    reads: ["cpl", "vmcs"],
    writes: ["vmcs"],
  }),
  vmresume: fact("vmx", {
    privilege: "ring-0",
    control: "Enters a virtual machine again.",
    reads: ["cpl", "vmcs"],
  }),
  vmxoff: fact("vmx", {
    privilege: "ring-0",
    control: "Ends VMX operation.",
    reads: ["cpl"],
    writes: ["vmcs"],
  }),
  vmxon: fact("vmx", {
    privilege: "ring-0",
    control: "Begins VMX operation.",
    reads: ["cpl", "cr0", "cr4", "msr"],
    writes: ["vmcs"],
  }),
  vmclear: fact("vmx", {
    privilege: "ring-0",
    control: "Writes a VMCS back to memory.",
    reads: ["cpl"],
    writes: ["vmcs"],
  }),
  vmptrld: fact("vmx", {
    privilege: "ring-0",
    control: "Chooses the current VMCS.",
    reads: ["cpl"],
    writes: ["vmcs"],
  }),
  vmptrst: fact("vmx", {
    privilege: "ring-0",
    behaviour: "Stores the address of the current VMCS.",
    reads: ["cpl", "vmcs"],
  }),
  vmread: fact("vmx", {
    privilege: "ring-0",
    behaviour: "Reads a field of the current VMCS.",
    reads: ["cpl", "vmcs"],
  }),
  vmwrite: fact("vmx", {
    privilege: "ring-0",
    control: "Changes a field of the current VMCS.",
    reads: ["cpl"],
    writes: ["vmcs"],
  }),
  invept: fact("vmx", {
    privilege: "ring-0",
    control: "Drops translations that came from an EPT.",
    reads: ["cpl"],
    writes: ["tlb"],
  }),
  invvpid: fact("vmx", {
    privilege: "ring-0",
    control: "Drops translations of one virtual processor.",
    reads: ["cpl"],
    writes: ["tlb"],
  }),
};
