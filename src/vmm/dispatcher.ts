/**
 * The dispatcher: where every trap of the hardware goes while a virtual machine runs, and what decides which part of the
 * monitor deals with it (Popek and Goldberg 1974, section 4).
 *
 * @module
 */

import { type CpuEvent, CR2, DR, EIP, NEXT_EIP, raise, raiseFromInstruction } from "../cpu/mod.ts";
import { decode } from "../isa/mod.ts";
import type { VirtualMachine } from "./virtual_machine.ts";

const DB = 1, PAGE_FAULT = 14;
/** DR6: which breakpoints, BD, BS, BT. */
const DR6_CAUSES = 0xe00f, DR6_NONE = 0xffff0ff0 | 0;

/** Exceptions that belong to the guest whoever runs it; all others may be the monitor's doing, and are interpreted. */
const GUESTS_OWN: ReadonlySet<number> = new Set([0, 1, 3, 4, 5, 7, 16, 17, 18, 19]);

/** The instruction behind an event of its own kind: it need not be decoded. Its length does not matter, nobody goes on behind it. */
const SYSENTER = decode(Uint8Array.of(0x0f, 0x34), 0, 32)!;

/** Deals with one trap of a virtual machine, whose virtual processor is up to date. */
export function dispatch(vm: VirtualMachine, event: CpuEvent): void {
  switch (event.kind) {
    case "exception":
      if (event.vector === PAGE_FAULT) pageFault(vm, event);
      else if (GUESTS_OWN.has(event.vector)) inject(vm, event);
      else vm.interpret();
      break;
    case "software":
    case "software-exception":
    case "privileged-software-exception":
      softwareInterrupt(vm, event);
      break;
    case "sysenter":
      vm.cpu.s[EIP] = event.returnEip - event.instructionLength;
      vm.interpret(SYSENTER);
      break;
    default: // interrupts of the physical machine are the monitor's
      break;
  }
}

/** The shadow page tables decide: a hidden fault, a traced page, or the guest's own. */
function pageFault(vm: VirtualMachine, event: CpuEvent): void {
  const linear = vm.physical.s[CR2]!;
  switch (vm.pager.fault(linear, event.errorCode)) {
    case "filled":
      return;
    case "guest":
      // The guest's tables say what is wrong with the access; CR2 of the virtual processor is set.
      inject(vm, { ...event, errorCode: vm.pager.guestErrorCode });
      return;
    default:
      vm.interpret();
  }
}

function inject(vm: VirtualMachine, event: CpuEvent): void {
  if (event.vector === DB) {
    const v = vm.cpu.s, s = vm.physical.s;
    v[DR + 6] = v[DR + 6]! | (s[DR + 6]! & DR6_CAUSES);
    s[DR + 6] = DR6_NONE;
  }
  vm.interpreter.inject(() => raise(vm.cpu, event));
}

/** INT n has been executed as far as ring 0; in the guest it goes through the guest's own gate, if that lets it. */
function softwareInterrupt(vm: VirtualMachine, event: CpuEvent): void {
  const v = vm.cpu.s;
  v[EIP] = (event.returnEip - event.instructionLength) | 0;
  vm.interpreter.inject(() => {
    raiseFromInstruction(vm.cpu, event);
    v[EIP] = v[NEXT_EIP]!;
  });
}
