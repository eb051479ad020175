/**
 * How each technique is made.
 *
 * @module
 */

import { MonitorError } from "./errors.ts";
import { Paravirtual } from "./paravirtual/paravirtual.ts";
import type { Technique, TechniqueName } from "./technique.ts";
import { TrapAndEmulate } from "./trap_and_emulate/trap_and_emulate.ts";
import type { VirtualMachine } from "./virtual_machine.ts";

const notYet = (name: string) => (): never => {
  throw new MonitorError(`the technique ${name} is not there yet`);
};

/** A technique for a virtual machine, by name. */
export const TECHNIQUE_MAKERS: Readonly<Record<TechniqueName, (vm: VirtualMachine) => Technique>> = {
  "trap-and-emulate": () => new TrapAndEmulate(),
  "binary-translation": notYet("binary-translation"),
  "paravirtual": (vm) => new Paravirtual(vm),
};
