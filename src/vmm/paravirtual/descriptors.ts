/**
 * The descriptors of a paravirtual guest: a copy that the monitor keeps, checked when it was made.
 *
 * @module
 */

import { Descriptor } from "../../cpu/mod.ts";
import { AREA_GDT } from "../area.ts";
import { descriptorWords, truncatedLimit } from "../descriptors/deprivileged.ts";
import type { MonitorArea } from "../descriptors/monitor_area.ts";

/** Most descriptors a guest may have. */
export const MOST_DESCRIPTORS = 64;

/** Flat segments of ring 1, for the start: code and data, present, accessed. */
const START: readonly (readonly [number, number])[] = [
  [0, 0],
  [0x0000ffff, 0x00cfbb00],
  [0x0000ffff, 0x00cfb300],
];

/** A guest's GDT in the monitor's hands. Its descriptors lie in the shadow GDT as they are, but cut off below the monitor area. */
export class ParavirtualDescriptors {
  readonly #area: MonitorArea;
  #descriptors: Descriptor[] = [];

  constructor(area: MonitorArea) {
    this.#area = area;
  }

  /** The flat segments 08h and 10h. */
  reset(): void {
    this.set(START);
  }

  /** How many there are, with the null descriptor. */
  get count(): number {
    return this.#descriptors.length;
  }

  /** Whether a descriptor may be a paravirtual guest's: null, or a segment that gives no more than ring 1. */
  static permitted(low: number, high: number): boolean {
    if (low === 0 && high === 0) return true;
    const descriptor = new Descriptor(0, low, high);
    if (!descriptor.present) return true;
    return descriptor.segment && (descriptor.dpl === 1 || descriptor.dpl === 3) &&
      !(descriptor.code && descriptor.conforming);
  }

  /** Replaces all descriptors, which must be permitted. */
  set(words: readonly (readonly [number, number])[]): void {
    const before = this.#descriptors.length;
    this.#descriptors = words.map(([low, high]) => new Descriptor(0, low, high));
    for (let n = 0; n < Math.max(before, words.length); n++) this.#publish(n);
  }

  /** Replaces one. */
  replace(index: number, low: number, high: number): void {
    this.#descriptors[index] = new Descriptor(0, low, high);
    this.#publish(index);
  }

  /** The descriptor of a shadow entry; null when it names no segment that could have been loaded. */
  original(index: number): Descriptor | null {
    const descriptor = this.#descriptors[index];
    return descriptor?.present && descriptor.segment ? descriptor : null;
  }

  /** The present code segment of ring 1 or 3 that a selector with this RPL names; null otherwise. */
  code(selector: number, ring: number): Descriptor | null {
    const descriptor = this.#find(selector, ring);
    return descriptor?.code ? descriptor : null;
  }

  /** The present writable data segment likewise. */
  stack(selector: number, ring: number): Descriptor | null {
    const descriptor = this.#find(selector, ring);
    return descriptor?.writableData ? descriptor : null;
  }

  #find(selector: number, ring: number): Descriptor | null {
    if ((selector & 3) !== ring || (selector & 4) !== 0) return null;
    const descriptor = this.original(selector >>> 3);
    return descriptor !== null && descriptor.dpl === ring ? descriptor : null;
  }

  #publish(index: number): void {
    const descriptor = this.original(index);
    const cut = descriptor === null
      ? null
      : truncatedLimit(descriptor.base, descriptor.limit, descriptor.rights);
    const [low, high] = descriptor === null || cut === null
      ? [0, 0]
      : descriptorWords(descriptor.base, cut, descriptor.rights | 0x100);
    this.#area.write32(AREA_GDT + index * 8, low);
    this.#area.write32(AREA_GDT + index * 8 + 4, high);
  }
}
