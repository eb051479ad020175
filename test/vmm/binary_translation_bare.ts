/**
 * A bare processor that runs the same code natively in ring 0, or through a translator in ring 1: no paging, flat segments.
 */

import type { Cpu, CpuEvent } from "../../src/cpu/mod.ts";
import {
  ACTIVITY,
  CPL,
  EFLAGS,
  EIP,
  FLAG_OP,
  HALTED,
  IF,
  IOPL,
  LIMIT,
  materializeFlags,
  RIGHTS,
  SELECTOR,
  setSegment,
} from "../../src/cpu/mod.ts";
import { AREA_DATA, VECTOR_CALLOUT } from "../../src/vmm/area.ts";
import { type TranslationOptions, translationOptions } from "../../src/vmm/binary_translation/options.ts";
import { fillFlagTables } from "../../src/vmm/binary_translation/flag_tables.ts";
import { Translator, type TranslatorHost } from "../../src/vmm/binary_translation/translator.ts";
import * as W from "../../src/vmm/binary_translation/window.ts";
import { type BareCpu, enterFlatMode, makeCpu, setFlags } from "../support/cpu.ts";

export const CODE = 0x10000, DATA = 0x40000, STACK = 0x80000;
const AREA = 0x100000;
const RAM = 0x400000;
const CODE_32 = 0xc09b00, DATA_32 = 0xc09300;

/** What a program can see of itself. */
export interface GuestState {
  readonly eip: number;
  readonly registers: readonly number[];
  readonly flags: number;
}

/** Where the guest's memory is compared. */
export function guestMemory(bare: BareCpu): Uint8Array {
  return bare.cpu.u8.slice(bare.ram + CODE, bare.ram + STACK + 0x1000);
}

/** A program before it runs natively. */
export function prepareNative(bytes: ArrayLike<number>): BareCpu {
  const bare = makeCpu({ ramBytes: RAM });
  bare.load(CODE, bytes);
  enterFlatMode(bare, CODE);
  setFlags(bare.cpu, 0);
  bare.cpu.s[4] = STACK;
  return bare;
}

/** Registers and flags between two instructions. */
export function stateOf(cpu: Cpu): GuestState {
  const registers = [...cpu.s.subarray(0, 8)];
  return { eip: cpu.s[EIP]!, registers, flags: materializeFlags(cpu.s) };
}

/** The same program, run through the translator. */
export class TranslatedRun {
  readonly bare: BareCpu;
  readonly translator: Translator;
  readonly watched = new Set<number>();
  readonly callouts = { exit: 0, "look-up": 0, interpret: 0, segment: 0 };
  /** The exception that came last, with the guest's EIP. */
  fault: CpuEvent | null = null;
  #departed: CpuEvent | null = null;
  #inCache = false;

  constructor(bytes: ArrayLike<number>, options: Partial<TranslationOptions> = {}) {
    this.bare = prepareNative(bytes);
    const { cpu, ram } = this.bare;
    const area = {
      read32: (offset: number) => cpu.view.getInt32(ram + AREA + offset, true),
      write32: (offset: number, value: number) => cpu.view.setInt32(ram + AREA + offset, value, true),
      writeBytes: (offset: number, code: ArrayLike<number>) => {
        cpu.u8.set(code, ram + AREA + offset);
        cpu.invalidateCode(ram + AREA + offset, code.length);
      },
    };
    const host: TranslatorHost = {
      cpu,
      area,
      areaBase: AREA,
      locate: (page) => page < AREA >>> 12 ? { gfn: page, host: ram + page * 4096 } : null,
      mappedFrame: (page) => page,
      watch: (gfn) => this.watched.add(gfn),
      unwatch: (gfn) => this.watched.delete(gfn),
      chargeTranslation: () => {},
      chargeLookUp: () => {},
      count: () => {},
    };
    this.translator = new Translator(host, translationOptions({ cacheBytes: 64 * 1024, ...options }));
    fillFlagTables(area, 0);
    cpu.trap = {
      alwaysInterruptible: false,
      deliver: (_cpu, event) => {
        this.#departed = event;
        cpu.stop();
        return true;
      },
    };
  }

  #slot(offset: number): number {
    return this.bare.ram + AREA + AREA_DATA + offset;
  }

  /** From the guest's state in ring 0 to the cache. @returns false when the instruction must be interpreted */
  #enterCache(): boolean {
    const { cpu } = this.bare;
    const s = cpu.s;
    const entry = this.translator.enter(s[EIP]!);
    if (entry === null) return false;
    const flags = materializeFlags(s);
    for (let r = 0; r < 6; r++) cpu.view.setInt32(this.#slot(W.SELECTORS + 4 * r), s[SELECTOR + r]!, true);
    cpu.view.setInt32(this.#slot(W.VIRTUAL_IF), flags & IF, true);
    s[EFLAGS] = (flags & ~IOPL) | IF;
    s[FLAG_OP] = 0;
    s[CPL] = 1;
    setSegment(cpu, 5, 0x33, AREA + AREA_DATA, -1, DATA_32);
    setSegment(cpu, 1, 0x39, 0, -1, CODE_32);
    cpu.updateMode();
    s[EIP] = this.translator.linear(entry);
    this.#inCache = true;
    return true;
  }

  /** From an address in the cache to the guest's state in ring 0. */
  leaveCache(address = this.bare.cpu.s[EIP]!): ReturnType<Translator["leave"]> {
    if (!this.#inCache) return null;
    const { cpu } = this.bare;
    const s = cpu.s;
    const departure = this.translator.leave(address);
    if (departure === null) throw new Error(`${address.toString(16)} is not in the cache`);
    s[EIP] = departure.eip;
    s[EFLAGS] = (materializeFlags(s) & ~IF) | cpu.view.getInt32(this.#slot(W.VIRTUAL_IF), true);
    s[CPL] = 0;
    setSegment(cpu, 5, 0x10, 0, -1, DATA_32);
    setSegment(cpu, 1, 0x08, 0, -1, CODE_32);
    cpu.updateMode();
    this.#inCache = false;
    return departure;
  }

  /** The guest writes to its own code: what a trace would report. */
  wrote(address: number, bytes: number): void {
    this.translator.wrote(address, bytes);
  }

  /** Lets the cache run for so many cycles, or to the end. @returns true when the program is over: halted, or a fault */
  run(cycles: number): boolean {
    const { cpu } = this.bare;
    const s = cpu.s;
    const end = cpu.now() + cycles;
    while (cpu.now() < end) {
      if (s[ACTIVITY] === HALTED) return true;
      if (!this.#inCache && !this.#enterCache()) {
        this.#interpret();
        if (this.fault !== null) return true;
        continue;
      }
      this.#departed = null;
      cpu.run(end);
      const event = this.#departed as CpuEvent | null;
      if (event === null) continue;
      if (event.kind === "software" && event.vector === VECTOR_CALLOUT) this.#callout(event.returnEip - 2);
      else {
        const departure = this.leaveCache(event.returnEip);
        this.fault = { ...event, returnEip: departure?.eip ?? event.returnEip };
        return true;
      }
      if (this.fault !== null) return true;
    }
    return s[ACTIVITY] === HALTED;
  }

  #callout(address: number): void {
    const departure = this.leaveCache(address)!;
    const site = this.translator.site(departure)!;
    this.callouts[site.kind]++;
    if (site.kind === "exit") {
      this.translator.follow(site.exit, departure.eip);
      return;
    }
    this.#interpret();
    if (this.fault === null && site.kind === "look-up") {
      this.translator.found(site.exit, this.bare.cpu.s[EIP]!);
    }
  }

  /** One instruction natively, in ring 0. */
  #interpret(): void {
    this.#departed = null;
    this.bare.cpu.step();
    this.fault = this.#departed;
  }

  /** Rights of SS and limit of CS, so that tests can narrow them. */
  limitCode(limit: number): void {
    const { s } = this.bare.cpu;
    s[LIMIT + 1] = limit;
    s[RIGHTS + 1] = CODE_32;
  }
}
