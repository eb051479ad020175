/**
 * The sockets of the processor. `cpu` knows nothing of the machine round it, of VMX or of monitors: it offers these
 * ports, and the rooms above plug in.
 *
 * @module
 */

import type { Instruction } from "../isa/mod.ts";
import type { Cpu } from "./cpu.ts";

/** The wires between the processor and the machine round it: memory map, port space, interrupt acknowledge. */
export interface BusPort {
  /**
   * Where the guest-physical page frame `page` (address >>> 12) lies in the machine's WebAssembly.Memory, as a byte
   * offset, or -1 when no RAM or ROM backs it (a device, or nothing). The answer for a page may only change between two
   * instructions and followed by {@linkcode Cpu.flushTlb}.
   */
  frame(page: number): number;
  /** Whether the backed page `page` takes writes: false for ROM, whose writes are dropped. */
  writable(page: number): boolean;
  /** Reads 1, 2 or 4 bytes of a page without backing: a memory-mapped device, or all ones from nowhere. Unsigned result. */
  physicalRead(address: number, size: 1 | 2 | 4): number;
  /** Writes 1, 2 or 4 bytes to a page without backing, or to ROM (dropped). */
  physicalWrite(address: number, size: 1 | 2 | 4, value: number): void;
  /** IN: reads 1, 2 or 4 bytes from port 0..0xFFFF. Unsigned result; all ones where no device answers. */
  portRead(port: number, size: 1 | 2 | 4): number;
  /** OUT: writes 1, 2 or 4 bytes to port 0..0xFFFF. */
  portWrite(port: number, size: 1 | 2 | 4, value: number): void;
  /** INTA cycle: the interrupt controller answers with the vector 0..255 and, if nothing else is pending, drops INTR. */
  acknowledgeInterrupt(): number;
}

/** How an event came about; decides error codes, return addresses and privilege checks of its delivery. */
export type EventKind =
  | "exception" // detected by the processor: fault, trap or abort, as the vector says
  | "interrupt" // maskable interrupt from the INTR pin
  | "nmi"
  | "software" // INT n
  | "software-exception" // INT3, INTO
  | "privileged-software-exception" // INT1
  | "sysenter"; // SYSENTER outside ring 0, offered to the trap port only

/** Something the processor is about to deliver through the IDT (or the real-mode vector table). */
export interface CpuEvent {
  readonly kind: EventKind;
  /** 0..255; -1 for SYSENTER, which goes through no gate. */
  readonly vector: number;
  /** Error code to push, or -1 for none. */
  readonly errorCode: number;
  /** EIP that delivery saves: of the faulting instruction for faults, of the next one for traps and interrupts. */
  readonly returnEip: number;
  /** Bytes of the instruction for software events (for VMX), 0 otherwise. */
  readonly instructionLength: number;
  /** The event whose delivery came to this one (a fault in the gate, a double fault): what VMX calls IDT vectoring. */
  readonly during?: CpuEvent | undefined;
}

/**
 * Through this port a monitor receives what the hardware would deliver to ring 0. While one is plugged in, every
 * exception and interrupt is offered to it before the guest's IDT is consulted.
 */
export interface TrapPort {
  /** True when external interrupts go to the monitor whatever the guest's IF says. */
  readonly alwaysInterruptible: boolean;
  /**
   * The processor is consistent: EIP is `event.returnEip`, nothing of the faulting instruction has happened, CR2 holds the
   * linear address of a page fault. What the hardware spends on its way to ring 0 has been charged (and is
   * given back when the monitor declines); the monitor charges its own work. `INT n` is offered before the gate's DPL is looked at,
   * and SYSENTER before its MSRs are: gates and MSRs of the guest count only where an event goes to the guest itself.
   * SYSENTER costs no more than the instruction.
   *
   * @returns true when the monitor took the event (the processor goes on from its present state), false to let it be
   * delivered through the IDT as usual (SYSENTER: to let it execute).
   */
  deliver(cpu: Cpu, event: CpuEvent): boolean;
}

/**
 * The port of the VMX extension. While {@linkcode InterceptPort.active} is true, code is decoded in a mode of its own, and
 * every instruction the port asked for is offered to it before it executes.
 */
export interface InterceptPort {
  /** True in VMX non-root operation. After a change call {@linkcode Cpu.updateMode}. */
  readonly active: boolean;
  /** Asked once when code is decoded: must this instruction be offered before it executes? */
  wants(instruction: Instruction): boolean;
  /**
   * Offered an instruction it wants, before any of its effects; EIP is that of the instruction.
   *
   * @returns true when it took over (the processor goes on from its present state), false to execute it as usual.
   */
  instruction(cpu: Cpu, instruction: Instruction): boolean;
  /** Offered every event before its delivery, ahead of the trap port. @returns true when it took over. */
  event(cpu: Cpu, event: CpuEvent): boolean;
  /** Offered a pending external interrupt (before it is acknowledged), NMI, INIT or triple fault. @returns true when it took over. */
  external(cpu: Cpu, what: "interrupt" | "nmi" | "triple-fault"): boolean;
}

/** Executes the instructions of an extension (VMXON and the rest) that the processor itself does not know. */
export interface ExtensionPort {
  /** @returns true when it executed the instruction, false for #UD. */
  execute(cpu: Cpu, instruction: Instruction): boolean;
}
