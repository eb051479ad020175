/**
 * What a virtualization technique is to the monitor.
 *
 * @module
 */

import type { CpuEvent } from "../cpu/mod.ts";
import type { TranslationReport } from "./binary_translation/mod.ts";
import type { VirtualMachine } from "./virtual_machine.ts";

/** The software techniques, by the name users call them. */
export const TECHNIQUES = ["trap-and-emulate", "binary-translation", "paravirtual"] as const;

/** Name of a technique. */
export type TechniqueName = typeof TECHNIQUES[number];

/** How one virtual machine's guest is put on the processor. One object for each virtual machine. */
export interface Technique {
  readonly name: TechniqueName;
  /**
   * Puts the guest's state on the physical processor, so that it goes on there.
   *
   * @returns false when the hardware cannot run this state: the monitor then interprets one instruction and asks again
   */
  enter(vm: VirtualMachine): boolean;
  /**
   * Brings the virtual processor up to date after the hardware has trapped.
   *
   * @returns the event with the guest's EIP in place of the hardware's
   */
  leave(vm: VirtualMachine, event: CpuEvent): CpuEvent;
  /** Handles an event of the technique's own (a callout, a hypercall). @returns false to leave it to the dispatcher */
  trap(vm: VirtualMachine, event: CpuEvent): boolean;
  /** The virtual machine was reset or loaded: nothing that was known of the guest holds any more. */
  reset(): void;
  /** What is in its translation cache, if it has one. */
  report?(): TranslationReport;
  /** The guest is about to start in the state that its image asks for, which the technique may change. */
  start?(): void;
  /** Whether an event goes to the guest through the real interrupt table, past the monitor. */
  bypasses?(event: CpuEvent): boolean;
  /** Delivers an event of the technique's own that waits, if the guest lets it in. @returns whether one was delivered */
  deliverPending?(vm: VirtualMachine): boolean;
}
