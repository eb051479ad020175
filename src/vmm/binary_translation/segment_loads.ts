/**
 * Loads of ES, DS and FS that translated code does itself.
 *
 * The real processor loads from the shadow table, where the guest's ring 0 is ring 1. That comes to the same as natively for a
 * descriptor that has its accessed bit already (setting it is something that the guest can see), unless the selector asks for
 * ring 1 and the segment is of ring 0. The monitor checks this once for each selector at each place, and again after every change of
 * the shadow tables.
 *
 * @module
 */

import { EIP, RIGHTS_ACCESSED, SELECTOR } from "../../cpu/mod.ts";
import type { Instruction } from "../../isa/mod.ts";
import type { VirtualMachine } from "../virtual_machine.ts";
import type { TranslationCache } from "./cache.ts";
import type { Unit } from "./unit.ts";

/** Places after which those in dead units are looked for. */
const MANY = 256;
/** A place takes so many different selectors; after that its loads are the monitor's. */
const FICKLE = 16;

interface Place {
  readonly unit: Unit;
  readonly prediction: number;
  changes: number;
}

/** The loads of one virtual machine. */
export class SegmentLoads {
  readonly #vm: VirtualMachine;
  readonly #cache: TranslationCache;
  /** Places that have taken a selector, by unit and offset. */
  readonly #places = new Map<string, Place>();
  #version = -1;

  constructor(vm: VirtualMachine, cache: TranslationCache) {
    this.#vm = vm;
    this.#cache = cache;
  }

  /** The cache was emptied. */
  reset(): void {
    this.#places.clear();
  }

  /** The monitor has done a load: from now on translated code may do the same one itself. */
  done(unit: Unit, prediction: number, eip: number, instruction: Instruction): void {
    const v = this.#vm.cpu.s;
    if (v[EIP] !== ((eip + instruction.length) | 0)) return; // it has faulted
    const selector = v[SELECTOR + instruction.operands[0]!.index]!;
    if (!unit.live || !this.#same(selector)) return;
    const key = `${unit.id} ${prediction}`;
    if (this.#places.size >= MANY) this.#dropDead();
    const place = this.#places.get(key) ?? { unit, prediction, changes: 0 };
    if (++place.changes > FICKLE) return;
    this.#places.set(key, place);
    this.#cache.allowSelector(unit, prediction, selector);
  }

  #dropDead(): void {
    for (const [key, { unit }] of this.#places) if (!unit.live) this.#places.delete(key);
  }

  /** Whether the processor loads a selector as it would natively. */
  #same(selector: number): boolean {
    if ((selector & ~3) === 0) return true;
    const original = ((selector & 4) !== 0 ? this.#vm.ldt : this.#vm.gdt).original(selector >>> 3);
    if (original === null || (original.rights & RIGHTS_ACCESSED) === 0) return false;
    return (selector & 3) !== 1 || original.dpl !== 0;
  }

  /** Before translated code goes on, when the shadow tables are up to date: what was found out holds as long as they do. */
  prepare(): void {
    const version = this.#vm.gdt.version + this.#vm.ldt.version;
    if (version === this.#version) return;
    this.#version = version;
    for (const [key, { unit, prediction }] of this.#places) {
      if (unit.live) this.#cache.allowSelector(unit, prediction, null);
      else this.#places.delete(key);
    }
  }
}
