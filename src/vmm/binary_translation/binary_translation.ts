/**
 * Binary translation: the guest's kernel is translated, its user code runs as it is (Adams and Agesen 2006, sections 2.4 and 3).
 *
 * Translated code runs in ring 1 from the translation cache in the monitor area. GS shows it the monitor's data: the guest's
 * own GS is only ever used by the monitor. All other segments are the guest's, cut off below the monitor area.
 *
 * @module
 */

import {
  ACTIVITY,
  BASE,
  CPL,
  type Cpu,
  type CpuEvent,
  CR0,
  CR0_PG,
  CR2,
  CR3,
  CR4,
  CR4_PSE,
  DEBUG_PENDING,
  DR,
  EFLAGS,
  EIP,
  EPOCH,
  Fault,
  IF,
  INTR,
  IOPL,
  LIMIT,
  NMI_PENDING,
  PDE_LARGE,
  PTE_ACCESSED,
  PTE_PRESENT,
  RIGHTS,
  RIGHTS_BIG,
  RUNNING,
  SELECTOR,
  setSegment,
  SHADOW,
  TF,
  translate as translateLinear,
  TSC_OFFSET_F64,
} from "../../cpu/mod.ts";
import { eventNumber, WORLD_TRANSLATED, WORLD_TRANSLATION } from "../../cycles/mod.ts";
import { CS, GS, SS } from "../../isa/mod.ts";
import {
  AREA_CACHE,
  AREA_DATA,
  AREA_LOOKUP,
  CACHE_CODE,
  CACHE_DATA,
  MONITOR_BASE,
  VECTOR_CALLOUT,
} from "../area.ts";
import { RING1_CODE, RING1_DATA } from "../descriptors/deprivileged.ts";
import { DATA_BASE, writeCacheDescriptors } from "../descriptors/monitor_descriptors.ts";
import { MonitorError } from "../errors.ts";
import type { TraceClient } from "../memory/traces.ts";
import type { Technique } from "../technique.ts";
import type { VirtualMachine } from "../virtual_machine.ts";
import { fillFlagTables } from "./flag_tables.ts";
import { type TranslationOptions, translationOptions } from "./options.ts";
import { type TranslationReport, translationReport } from "./report.ts";
import { type CodeLocation, type Departure, Translator, type TranslatorHost } from "./translator.ts";
import { SegmentLoads } from "./segment_loads.ts";
import { TracedStores } from "./traced_stores.ts";
import type { Entry, Unit } from "./unit.ts";
import {
  AREA_COUNTERS,
  COUNTERS,
  LATCHES,
  LOOKUP_BYTES,
  PENDING,
  PORT_READS,
  SELECTORS,
  TSC_HIGH,
  TSC_LOW,
  VIRTUAL_IF,
} from "./window.ts";

/** GS ends where the linear space does. */
const WINDOW_LIMIT = -DATA_BASE - 1;
const BREAKPOINTS = 0xff;
const PAGE_MASK = ~0xfff;
const INTERRUPT_SHADOW = 1;
const PAGE_FAULT = 14;
/** Error code: the access was a write. */
const PF_WRITE = 2;

const EVENTS = {
  translation: eventNumber("translation"),
  "translated-instruction": eventNumber("translated-instruction"),
  hit: eventNumber("translation-cache-hit"),
  miss: eventNumber("translation-cache-miss"),
  chain: eventNumber("chain"),
} as const;
const EVENT_CALLOUT = eventNumber("callout");

/** What was counted about translated code. */
export interface TranslationCounts {
  /** Callouts by their reason. */
  readonly callouts: { interpret: number; segment: number; "look-up": number; exit: number };
  /** Times that the monitor entered the cache, and went on in direct execution. */
  cacheEntries: number;
  directEntries: number;
}

/**
 * One virtual machine's binary translation. A virtual machine makes its own; what it has translated is shown by
 * `VirtualMachine.translations`.
 *
 * @example
 * ```ts
 * import { asm, Monitor } from "ringlab";
 *
 * const monitor = new Monitor({ memory: "8M", technique: "binary-translation" });
 * const vm = monitor.createVirtualMachine({ memory: "1M" }).load(asm`
 *   bits 32
 *       cli                 ; becomes a MOV to the virtual interrupt flag
 *       mov eax, 42         ; stays as it is
 *       hlt                 ; becomes a callout
 * `);
 * monitor.runSync();
 * const [unit] = vm.translations().units;
 * const kinds = unit!.instructions.slice(0, 3).map(({ kind }) => kind).join();
 * if (vm.registers.gpr.eax !== 42 || kinds !== "emulated,ident,callout") throw new Error(kinds);
 * ```
 */
export class BinaryTranslation implements Technique {
  readonly name = "binary-translation";
  readonly options: TranslationOptions;
  readonly translator: Translator;
  readonly counts: TranslationCounts = {
    callouts: { interpret: 0, segment: 0, "look-up": 0, exit: 0 },
    cacheEntries: 0,
    directEntries: 0,
  };

  /** Stores to traced pages that are done in the cache. */
  readonly stores: TracedStores;
  /** Loads of segment registers that are done in the cache. */
  readonly loads: SegmentLoads;

  readonly #vm: VirtualMachine;
  readonly #tracer: TraceClient;
  /** CS and GS as direct execution has loaded them, while the cache's own are there instead. */
  readonly #shelved = new Int32Array(8);
  /** Whether translated code has the processor. */
  #inCache = false;
  /** Where the cache was left for the event being handled, and whether by a callout. */
  #departure: Departure | null = null;
  #called = false;
  /** What the next entry has found already. */
  #ahead: Entry | null = null;
  #epoch = 0;
  #iopl = 0;
  #tscOffset = 0;

  /** @throws {MonitorError} for options out of range, or when the machine has not enough frames for the cache */
  constructor(vm: VirtualMachine, options: Partial<TranslationOptions> = {}) {
    if (vm.kernelRing !== 1) {
      throw new MonitorError(
        "binary translation runs a guest's kernel in ring 1: the translation cache is out of reach for ring 3",
      );
    }
    this.#vm = vm;
    this.options = translationOptions(options);
    const { area } = vm;
    area.map(AREA_LOOKUP, LOOKUP_BYTES);
    area.map(AREA_CACHE, this.options.cacheBytes);
    if (this.options.countExecutions) area.map(AREA_COUNTERS, COUNTERS * 4);
    writeCacheDescriptors(area, WINDOW_LIMIT);
    fillFlagTables(area, 0);
    this.#tracer = { name: "translated code", wrote: (gpa, bytes) => this.translator.wrote(gpa, bytes) };
    this.translator = new Translator(this.#host(), this.options);
    this.loads = new SegmentLoads(vm, this.translator.cache);
    this.stores = new TracedStores(vm, this.options);
    if (this.options.adaptive) this.translator.setSpecial(this.stores.special);
  }

  #host(): TranslatorHost {
    const vm = this.#vm;
    const { physical, area } = vm;
    const { ledger, costs } = physical;
    const { traces } = vm.memory;
    return {
      cpu: physical,
      area,
      areaBase: MONITOR_BASE | 0,
      locate: (page) => locate(vm, page),
      mappedFrame: (page) => mappedFrame(vm, page),
      watch: (gfn) => traces.add(gfn, this.#tracer),
      unwatch: (gfn) => traces.remove(gfn, this.#tracer),
      chargeTranslation: (instructions) =>
        physical.chargeTo(WORLD_TRANSLATION, instructions * costs.event["translate-instruction"]),
      chargeLookUp: (times) => vm.charge("translation-lookup", times),
      count: (what, times) => ledger.count(EVENTS[what], times),
    };
  }

  /** The virtual machine was reset or loaded. */
  reset(): void {
    this.#inCache = false;
    this.#departure = this.#ahead = null;
    this.translator.flush();
    this.stores.reset();
    this.loads.reset();
  }

  /** User code runs directly, kernel code in the cache; what neither can do is interpreted. */
  enter(vm: VirtualMachine): boolean {
    const v = vm.cpu.s;
    const ahead = this.#ahead;
    this.#ahead = null;
    if (!vm.direct.runnable()) return false;
    // Ring 1 is where translated code runs: a guest's own code there could load its descriptors.
    if (v[CPL] !== 0) return v[CPL] !== 1 && this.#enterDirectly(vm);
    if (!this.#translatable(v)) return false;
    this.translator.setContext(v[BASE + CS]!, v[LIMIT + CS]! >>> 0);
    this.#revalidate(v);
    const usable = ahead !== null && ahead.unit.active && ahead.eip === v[EIP];
    const entry = usable ? ahead : this.translator.enter(v[EIP]!);
    if (entry === null) return false;
    this.#enterCache(vm, entry);
    return true;
  }

  /** What a program in an outer ring can see of the flags has to be what it would see on a machine of its own. */
  #enterDirectly(vm: VirtualMachine): boolean {
    if ((vm.cpu.s[EFLAGS]! & (IF | IOPL)) !== IF) return false;
    vm.direct.enter({ timeStampTraps: true });
    this.#inCache = false;
    this.counts.directEntries++;
    return true;
  }

  /** Whether kernel code can be translated in this state: 32-bit code and stack, nothing that wants single steps. */
  #translatable(v: Int32Array): boolean {
    return (v[RIGHTS + CS]! & v[RIGHTS + SS]! & RIGHTS_BIG) !== 0 && (v[EFLAGS]! & TF) === 0 &&
      (v[DR + 7]! & BREAKPOINTS) === 0 && v[SHADOW] === 0 && v[DEBUG_PENDING] === 0 &&
      v[ACTIVITY] === RUNNING;
  }

  /** The guest may have changed its mappings: do its pages of code still lie where they did? */
  #revalidate(v: Int32Array): void {
    if (v[EPOCH] === this.#epoch) return;
    this.#epoch = v[EPOCH]!;
    this.translator.revalidate();
    this.stores.revalidate();
  }

  #enterCache(vm: VirtualMachine, entry: Entry): void {
    vm.direct.enter({ timeStampTraps: this.options.rdtsc === "trap" });
    this.#fillWindow(vm);
    this.stores.prepare();
    this.loads.prepare();
    const cpu = vm.physical, s = cpu.s;
    this.#shelve(s, CS, 0);
    this.#shelve(s, GS, 4);
    setSegment(cpu, CS, CACHE_CODE, 0, -1, RING1_CODE);
    setSegment(cpu, GS, CACHE_DATA, DATA_BASE, WINDOW_LIMIT, RING1_DATA);
    s[EIP] = this.translator.linear(entry);
    cpu.updateMode();
    cpu.enterWorld(WORLD_TRANSLATED);
    this.#inCache = true;
    this.counts.cacheEntries++;
  }

  #shelve(s: Int32Array, register: number, at: number): void {
    [SELECTOR, BASE, LIMIT, RIGHTS].forEach((part, n) => this.#shelved[at + n] = s[part + register]!);
  }

  #unshelve(cpu: Cpu, register: number, at: number): void {
    const [selector, base, limit, rights] = this.#shelved.subarray(at, at + 4);
    setSegment(cpu, register, selector!, base!, limit!, rights!);
  }

  /** What translated code sees of its virtual processor and devices. */
  #fillWindow(vm: VirtualMachine): void {
    const v = vm.cpu.s;
    const { area } = vm;
    for (let r = 0; r < 6; r++) area.write32(AREA_DATA + SELECTORS + 4 * r, v[SELECTOR + r]!);
    area.write32(AREA_DATA + VIRTUAL_IF, v[EFLAGS]! & IF);
    area.write32(AREA_DATA + PENDING, v[INTR]! | v[NMI_PENDING]!);
    const iopl = (v[EFLAGS]! & IOPL) >> 12;
    if (iopl !== this.#iopl) {
      this.#iopl = iopl;
      fillFlagTables(area, iopl);
    }
    const { physical, cpu } = vm;
    const offset = vm.now() - physical.now() + cpu.f64[TSC_OFFSET_F64]! - physical.f64[TSC_OFFSET_F64]!;
    if (offset !== this.#tscOffset) {
      this.#tscOffset = offset;
      area.write32(AREA_DATA + TSC_LOW, offset | 0);
      area.write32(AREA_DATA + TSC_HIGH, Math.floor(offset / 2 ** 32) | 0);
    }
    this.options.staticPorts.forEach((port, n) => {
      area.write32(AREA_DATA + LATCHES + 4 * n, vm.devices.portRead(port, 1));
    });
  }

  /** Brings the virtual processor up to date: wherever in the cache it was left, the guest is between two instructions. */
  leave(vm: VirtualMachine, event: CpuEvent): CpuEvent {
    this.#departure = null;
    if (!this.#inCache) {
      vm.direct.leave(event);
      return event;
    }
    this.#inCache = false;
    const cpu = vm.physical;
    const called = event.kind === "software" && event.vector === VECTOR_CALLOUT;
    const departure = this.translator.leave(called ? event.returnEip - 2 : event.returnEip);
    if (departure === null) {
      throw new Error(`translated code was left at ${event.returnEip >>> 0}, where there is none`);
    }
    this.stores.drain();
    this.#unshelve(cpu, CS, 0);
    this.#unshelve(cpu, GS, 4);
    const seen = { ...event, returnEip: departure.eip };
    vm.direct.leave(seen);
    const v = vm.cpu.s;
    v[EFLAGS] = (v[EFLAGS]! & ~IF) | vm.area.read32(AREA_DATA + VIRTUAL_IF);
    if (departure.shadow) v[SHADOW] = INTERRUPT_SHADOW;
    this.#departure = departure;
    this.#called = called;
    return seen;
  }

  /** Callouts. Everything else is the dispatcher's. */
  trap(vm: VirtualMachine, event: CpuEvent): boolean {
    const departure = this.#departure;
    if (departure === null) return false;
    this.#departure = null;
    if (!this.#called) {
      if (this.options.adaptive) this.#noteTrace(vm, event, departure.unit);
      return false;
    }
    const site = this.translator.site(departure);
    if (site === undefined) throw new Error("a callout of translated code that nobody has emitted");
    this.counts.callouts[site.kind]++;
    vm.physical.ledger.count(EVENT_CALLOUT);
    vm.charge("callout");
    const v = vm.cpu.s;
    if (site.kind === "exit") {
      this.#ahead = this.translator.follow(site.exit, v[EIP]!);
      return true;
    }
    const { unit } = departure;
    const { eip, instruction } = unit.instructions[site.instruction]!;
    const stores = this.stores.has(eip);
    const linear = stores ? this.stores.address(instruction) : 0;
    vm.interpret(unit.live ? instruction : undefined);
    if (stores && this.stores.served(eip, instruction, linear)) this.translator.retranslate(eip);
    if (site.kind === "segment") this.loads.done(unit, site.prediction, eip, instruction);
    if (site.kind === "look-up" && this.#staysTranslated(v)) {
      this.#revalidate(v);
      this.#ahead = this.translator.found(site.exit, v[EIP]!);
    }
    return true;
  }

  /** An instruction that keeps writing to traced pages is translated again. */
  #noteTrace(vm: VirtualMachine, event: CpuEvent, unit: Unit): void {
    if (
      event.kind !== "exception" || event.vector !== PAGE_FAULT ||
      (event.errorCode & PF_WRITE) === 0
    ) {
      return;
    }
    const eip = event.returnEip;
    const hitting = unit.instructions.find((one) => one.eip === eip);
    if (hitting === undefined) return;
    if (this.stores.hit(eip, hitting.instruction, vm.physical.s[CR2]!)) this.translator.retranslate(eip);
  }

  /** Whether the guest goes on in the code that the translations are of. */
  #staysTranslated(v: Int32Array): boolean {
    const { base, limit } = this.translator.context;
    return v[CPL] === 0 && this.#vm.direct.runnable() && this.#translatable(v) && v[BASE + CS] === base &&
      v[LIMIT + CS]! >>> 0 === limit;
  }

  /** How often IN of a static port was done in the cache. */
  get portReads(): number {
    return this.#vm.area.read32(AREA_DATA + PORT_READS) >>> 0;
  }

  /** The translation cache as plain data: every unit with its guest code and its translation side by side. */
  report(): TranslationReport {
    return translationReport(this.translator, this.#vm.area, this.counts);
  }
}

/** A page of guest code as an instruction fetch finds it. */
function locate(vm: VirtualMachine, page: number): CodeLocation | null {
  try {
    const gfn = translateLinear(vm.cpu, page << 12, false, false) >>> 12;
    const host = vm.memory.frame(gfn);
    return host < 0 ? null : { gfn, host };
  } catch (fault) {
    if (fault instanceof Fault) return null;
    throw fault;
  }
}

/** Where a page of code is mapped; -1 when it is not, or when fetching from it would leave a mark. */
function mappedFrame(vm: VirtualMachine, page: number): number {
  const v = vm.cpu.s;
  const { memory } = vm;
  if ((v[CR0]! & CR0_PG) === 0) return page;
  const usable = PTE_PRESENT | PTE_ACCESSED;
  const directory = memory.read32(((v[CR3]! & PAGE_MASK) | (page >>> 10) << 2) >>> 0);
  if ((directory & usable) !== usable) return -1;
  if ((directory & PDE_LARGE) !== 0 && (v[CR4]! & CR4_PSE) !== 0) {
    return (directory & ~0x3fffff) >>> 12 | page & 0x3ff;
  }
  const entry = memory.read32(((directory & PAGE_MASK) | (page & 0x3ff) << 2) >>> 0);
  return (entry & usable) === usable ? entry >>> 12 : -1;
}
