/**
 * A step: a few instructions of a random kernel that stand for themselves. Whatever faults in it, the kernel goes on behind it.
 *
 * @module
 */

import { AT, SEL } from "./layout.ts";
import { VARIABLES } from "./prelude.ts";
import type { Random } from "./random.ts";

/** A step as text. */
export interface Step {
  readonly family: string;
  /** Unique in the kernel; labels begin with it. */
  readonly id: number;
  /** Lines executed in ring 0. */
  readonly kernel: readonly string[];
  /** Lines executed elsewhere, in a page that ring 3 may use. */
  readonly user: readonly string[];
}

/** What a family of steps writes into. */
export class StepWriter {
  readonly kernel: string[] = [];
  readonly user: string[] = [];
  readonly id: number;
  /** The low memory is a 4 MiB page, so CR4.PSE must stay on. */
  readonly largeLow: boolean;
  /** The timer ticks all the time. */
  readonly ticking: boolean;
  #labels = 0;

  constructor(id: number, kernel: { readonly largeLow: boolean; readonly ticking: boolean }) {
    this.id = id;
    this.largeLow = kernel.largeLow;
    this.ticking = kernel.ticking;
  }

  /** A label nobody else has. */
  label(): string {
    return `L${this.id}_${this.#labels++}`;
  }

  /** Adds lines of ring 0. */
  put(...lines: string[]): void {
    this.kernel.push(...lines);
  }

  /** Adds lines of ring 3. */
  putUser(...lines: string[]): void {
    this.user.push(...lines);
  }

  /** Gives data segments back their usual contents. */
  usualSegments(): void {
    this.put(`mov eax, ${SEL.data0}`, "mov ds, eax", "mov es, eax");
  }

  /** The finished step. */
  done(family: string): Step {
    return { family, id: this.id, kernel: this.kernel, user: this.user };
  }
}

/** A kind of step. */
export type Family = (w: StepWriter, r: Random) => void;

/** The lines that begin and end a step in the kernel's body. */
export function stepText(step: Step): string {
  const { id, kernel } = step;
  return [
    `S${id}: ; ${step.family}`,
    `mov dword [${VARIABLES.resume}], E${id}`,
    ...kernel,
    `E${id}:`,
  ].join("\n");
}

/** Puts back everything a step may have left different: selectors, stack, flags. */
export const NORMALIZE: readonly string[] = [
  `mov eax, ${SEL.data0}`,
  "mov ds, eax",
  "mov es, eax",
  "mov ss, eax",
  `mov esp, ${AT.kernelStack}`,
];
