/**
 * The allocator: the part of the monitor that owns the machine's resources and is asked whenever a guest tries to change one
 * (Popek and Goldberg 1974, section 4). What a guest gets is always the virtual resource of its own machine.
 *
 * @module
 */

import type { Machine } from "../../machine/mod.ts";
import { FrameAllocator } from "./frames.ts";
import { HostTimer } from "./host_timer.ts";

/** What there is to own. */
export const RESOURCES = [
  "memory", // address spaces, descriptor tables: which memory an address means
  "ports", // devices
  "interrupts", // when, and through what, a guest is interrupted
  "processor", // modes, control, debug and model-specific registers
  "time", // the clock, and the right to let the processor wait
] as const;

/** Name of a resource. */
export type Resource = typeof RESOURCES[number];

/** How often each resource was asked for. */
export type ResourceRequests = Readonly<Record<Resource, number>>;

/** Owns one physical machine. */
export class Allocator {
  /** Page frames, each with its owner. */
  readonly frames: FrameAllocator;
  /** The physical timer and interrupt controllers. No guest ever reaches them. */
  readonly timer: HostTimer;
  readonly #requests = new Map<number, Record<Resource, number>>();

  /** Takes a machine over. */
  constructor(machine: Machine) {
    this.frames = new FrameAllocator(machine);
    this.timer = new HostTimer(machine);
  }

  /**
   * A guest tries to change a resource: asked by the interpreter before it does on the virtual machine what the instruction
   * would have done to the real one.
   *
   * @param vm number of the virtual machine
   */
  ask(vm: number, resource: Resource): void {
    const requests = this.#of(vm);
    requests[resource]++;
  }

  /** What a virtual machine has asked for since it was loaded. */
  requests(vm: number): ResourceRequests {
    return { ...this.#of(vm) };
  }

  /** Forgets what a virtual machine has asked for. */
  forget(vm: number): void {
    this.#requests.delete(vm);
  }

  #of(vm: number): Record<Resource, number> {
    let requests = this.#requests.get(vm);
    if (requests === undefined) {
      requests = { memory: 0, ports: 0, interrupts: 0, processor: 0, time: 0 };
      this.#requests.set(vm, requests);
    }
    return requests;
  }
}
