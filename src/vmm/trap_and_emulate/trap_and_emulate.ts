/**
 * Trap and emulate: the guest, kernel and all, runs on the hardware outside ring 0; what the hardware refuses is interpreted.
 * Right on a processor whose sensitive instructions are privileged (Popek and Goldberg, theorem 1), wrong on plain IA-32
 * wherever a sensitive instruction does not trap.
 *
 * @module
 */

import type { CpuEvent } from "../../cpu/mod.ts";
import type { Technique } from "../technique.ts";
import type { VirtualMachine } from "../virtual_machine.ts";

/** The technique, without any state of its own. */
export class TrapAndEmulate implements Technique {
  readonly name = "trap-and-emulate";

  enter(vm: VirtualMachine): boolean {
    if (!vm.direct.runnable()) return false;
    vm.direct.enter({ timeStampTraps: true });
    return true;
  }

  leave(vm: VirtualMachine, event: CpuEvent): CpuEvent {
    vm.direct.leave(event);
    return event;
  }

  trap(): boolean {
    return false;
  }

  reset(): void {}
}
