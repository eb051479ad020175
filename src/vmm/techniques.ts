/**
 * How each technique is made.
 *
 * @module
 */

import { BinaryTranslation } from "./binary_translation/mod.ts";
import { Paravirtual } from "./paravirtual/paravirtual.ts";
import type { Technique, TechniqueName } from "./technique.ts";
import { TrapAndEmulate } from "./trap_and_emulate/trap_and_emulate.ts";
import type { VirtualMachine } from "./virtual_machine.ts";

/** A technique for a virtual machine, by name. */
export const TECHNIQUE_MAKERS: Readonly<Record<TechniqueName, (vm: VirtualMachine) => Technique>> = {
  "trap-and-emulate": () => new TrapAndEmulate(),
  "binary-translation": (vm) => new BinaryTranslation(vm, vm.translation),
  "paravirtual": (vm) => new Paravirtual(vm),
};
