/**
 * Direct execution: a guest's state put on the physical processor with every privilege taken away, and taken back from it.
 *
 * @module
 */

import {
  A20_MASK,
  AC,
  ARITHMETIC_FLAGS,
  BASE,
  CPL,
  type Cpu,
  type CpuEvent,
  CR0,
  CR0_AM,
  CR0_EM,
  CR0_ET,
  CR0_MP,
  CR0_NE,
  CR0_PE,
  CR0_PG,
  CR0_TS,
  CR0_WP,
  CR2,
  CR3,
  CR4,
  CR4_DE,
  CR4_PCE,
  CR4_TSD,
  DEBUG_PENDING,
  DF,
  DR,
  EFLAGS,
  EIP,
  FLAG_OP,
  GDTR_BASE,
  GDTR_LIMIT,
  ID,
  IDTR_BASE,
  IDTR_LIMIT,
  IF,
  LDTR,
  LIMIT,
  materializeFlags,
  NMI_BLOCKED,
  NT,
  RF,
  RIGHTS,
  RIGHTS_CODE,
  RIGHTS_DPL_SHIFT,
  SELECTOR,
  setSegment,
  SHADOW,
  TF,
  TR,
  VM,
} from "../cpu/mod.ts";
import { CS, SS } from "../isa/mod.ts";
import { WORLD_GUEST_KERNEL, WORLD_GUEST_USER } from "../cycles/mod.ts";
import { AREA_GDT, AREA_IDT, AREA_LDT, AREA_TSS, MONITOR_BASE, MONITOR_TSS } from "./area.ts";
import {
  BUSY_TSS,
  deprivilegedRights,
  isUsable,
  type KernelRing,
  LDT_RIGHTS,
  truncatedLimit,
} from "./descriptors/deprivileged.ts";
import { TASK_STATE_LIMIT } from "./descriptors/monitor_area.ts";
import type { VirtualMachine } from "./virtual_machine.ts";

/** Flags that are the program's own in every ring. */
export const PROGRAM_FLAGS = ARITHMETIC_FLAGS | TF | DF | NT | RF | AC | ID;
const CR0_GUEST = CR0_TS | CR0_EM | CR0_MP | CR0_AM | CR0_NE;
const CR0_ALWAYS = CR0_PE | CR0_PG | CR0_WP | CR0_ET;
const CR4_GUEST = CR4_TSD | CR4_DE | CR4_PCE;
/** DR7: any breakpoint enabled. */
const BREAKPOINTS = 0xff;
const SEGMENTS = 6;

/** How a technique wants the guest's state put on the processor. */
export interface EntryOptions {
  /** Let RDTSC trap, so that the guest sees its own clock. */
  readonly timeStampTraps: boolean;
}

/** Moves one virtual machine's state between its virtual processor and the physical one. */
export class DirectExecution {
  readonly #vm: VirtualMachine;
  readonly #cpu: Cpu;
  readonly #vcpu: Cpu;
  readonly #kernelRing: KernelRing;
  /** Segment registers as they were given to the hardware, and as the guest had them: selector, base, limit, rights of each. */
  readonly #loaded = new Int32Array(SEGMENTS * 8).fill(-1);
  /** The real ring they were given in. */
  #loadedRing = -1;
  #instructions = 0;

  constructor(vm: VirtualMachine) {
    this.#vm = vm;
    this.#cpu = vm.physical;
    this.#vcpu = vm.cpu;
    this.#kernelRing = vm.kernelRing;
  }

  /**
   * Whether the hardware can run the guest in its present state: in protected mode proper, every segment one that can be made
   * to end below the monitor area. (What it cannot, real mode for example, is interpreted.)
   */
  runnable(): boolean {
    const v = this.#vcpu.s;
    if ((v[CR0]! & CR0_PE) === 0 || (v[EFLAGS]! & VM) !== 0 || v[A20_MASK] !== -1) return false;
    const code = v[RIGHTS + CS]!;
    if ((code & RIGHTS_CODE) === 0 || !fits(v, CS)) return false;
    if (v[CPL] === 0 && (code >> RIGHTS_DPL_SHIFT & 3) !== 0 && (code & 0x400) === 0) return false;
    return isUsable(v[RIGHTS + SS]!) && fits(v, SS);
  }

  /** Puts the guest's state on the processor. {@linkcode runnable} must hold. */
  enter(options: EntryOptions): void {
    const vm = this.#vm, cpu = this.#cpu, s = cpu.s, v = this.#vcpu.s;
    const ring = this.#kernelRing;
    for (let n = 0; n < 8; n++) s[n] = v[n]!;
    s[EIP] = v[EIP]!;
    const flags = materializeFlags(v);
    s[EFLAGS] = (flags & PROGRAM_FLAGS) | IF | 2;
    s[FLAG_OP] = 0;
    s[SHADOW] = 0;
    s[DEBUG_PENDING] = v[DEBUG_PENDING]!;
    s[NMI_BLOCKED] = 0;
    s[CPL] = Math.max(v[CPL]!, ring);
    // A kernel in ring 3 would have its alignment checked, which nobody below CPL 3 has (SDM volume 3A, 6.15, #AC).
    const alignment = s[CPL] === v[CPL] ? CR0_GUEST : CR0_GUEST & ~CR0_AM;
    s[CR0] = CR0_ALWAYS | (v[CR0]! & alignment);
    s[CR2] = v[CR2]!;
    s[CR4] = (v[CR4]! & CR4_GUEST) | (options.timeStampTraps ? CR4_TSD : 0);
    if (((s[DR + 7]! | v[DR + 7]!) & BREAKPOINTS) !== 0) this.#loadBreakpoints();
    this.#loadTables();
    for (let r = 0; r < SEGMENTS; r++) this.#loadSegment(r);
    this.#loadedRing = s[CPL]!;
    const root = vm.pager.root();
    if (s[CR3] !== root || vm.tlbEmptied) {
      s[CR3] = root;
      vm.tlbEmptied = false;
      vm.charge("tlb-flush");
      cpu.flushTlb();
    }
    cpu.userWorld = v[CPL] === 0 ? WORLD_GUEST_KERNEL : WORLD_GUEST_USER;
    cpu.enterWorld(v[CPL] === 3 ? WORLD_GUEST_USER : WORLD_GUEST_KERNEL);
    cpu.updateMode();
    this.#instructions = cpu.instructions();
  }

  /** Takes the guest's state back. The virtual processor then stands at the guest's next instruction. */
  leave(event: CpuEvent): void {
    const vm = this.#vm, cpu = this.#cpu, s = cpu.s, v = this.#vcpu.s;
    const executed = cpu.instructions() - this.#instructions;
    vm.counts.direct += Math.max(0, executed);
    for (let n = 0; n < 8; n++) v[n] = s[n]!;
    v[EIP] = event.returnEip;
    v[EFLAGS] = (v[EFLAGS]! & ~PROGRAM_FLAGS) | (materializeFlags(s) & PROGRAM_FLAGS);
    v[FLAG_OP] = 0;
    // What comes before the instruction after STI has been executed leaves the guest in STI's shadow (SDM volume 2, STI).
    if (executed > 0) v[SHADOW] = 0;
    v[DEBUG_PENDING] = s[DEBUG_PENDING]!;
    s[DEBUG_PENDING] = 0;
    if ((s[DR + 7]! & BREAKPOINTS) !== 0) v[DR + 6] = s[DR + 6]!;
    for (let r = 0; r < SEGMENTS; r++) this.#saveSegment(r);
    vm.gdt.carryAccessedBits();
    vm.ldt.carryAccessedBits();
  }

  #loadBreakpoints(): void {
    const s = this.#cpu.s, v = this.#vcpu.s;
    for (let n = 0; n < 8; n++) s[DR + n] = v[DR + n]!;
    this.#cpu.updateBreakpoints();
  }

  #loadTables(): void {
    const vm = this.#vm, cpu = this.#cpu, s = cpu.s, v = this.#vcpu.s;
    const copied = vm.gdt.update(v[GDTR_BASE]!, v[GDTR_LIMIT]! === 0 ? 0 : v[GDTR_LIMIT]! + 1) +
      vm.ldt.update(v[BASE + LDTR]!, hasLocalTable(v) ? (v[LIMIT + LDTR]! >>> 0) + 1 : 0);
    if (copied > 0) vm.charge("monitor-memory-access", 2 * copied);
    s[GDTR_BASE] = (MONITOR_BASE + AREA_GDT) | 0;
    s[GDTR_LIMIT] = 0xffff;
    s[IDTR_BASE] = (MONITOR_BASE + AREA_IDT) | 0;
    s[IDTR_LIMIT] = 0x7ff;
    if (s[SELECTOR + TR] !== MONITOR_TSS || s[BASE + TR] !== ((MONITOR_BASE + AREA_TSS) | 0)) {
      setSegment(cpu, TR, MONITOR_TSS, (MONITOR_BASE + AREA_TSS) | 0, TASK_STATE_LIMIT, BUSY_TSS);
    }
    const local = hasLocalTable(v);
    setSegment(
      cpu,
      LDTR,
      v[SELECTOR + LDTR]!,
      local ? (MONITOR_BASE + AREA_LDT) | 0 : 0,
      local ? Math.min(v[LIMIT + LDTR]! >>> 0, 0xffff) : 0,
      local ? LDT_RIGHTS : 0,
    );
  }

  #loadSegment(r: number): void {
    const cpu = this.#cpu, s = cpu.s, v = this.#vcpu.s;
    const ring = this.#kernelRing;
    const base = v[BASE + r]!, rights = v[RIGHTS + r]!;
    const at = r * 8;
    const loaded = this.#loaded;
    if (
      loaded[at] === s[SELECTOR + r] && loaded[at + 1] === s[BASE + r] && loaded[at + 2] === s[LIMIT + r] &&
      loaded[at + 3] === s[RIGHTS + r] && loaded[at + 4] === v[SELECTOR + r] && loaded[at + 5] === base &&
      loaded[at + 6] === v[LIMIT + r] && loaded[at + 7] === rights && this.#loadedRing === s[CPL]
    ) return;
    const cut = isUsable(rights) ? truncatedLimit(base, v[LIMIT + r]!, rights) : null;
    let selector = v[SELECTOR + r]!;
    // The processor itself keeps the RPL of CS and SS equal to the CPL.
    if (r === CS || r === SS) selector = (selector & ~3) | s[CPL]!;
    if (cut === null) setSegment(cpu, r, selector, 0, 0, 0);
    else setSegment(cpu, r, selector, base, cut, deprivilegedRights(rights, ring));
    loaded[at] = s[SELECTOR + r]!;
    loaded[at + 1] = s[BASE + r]!;
    loaded[at + 2] = s[LIMIT + r]!;
    loaded[at + 3] = s[RIGHTS + r]!;
    loaded[at + 4] = v[SELECTOR + r]!;
    loaded[at + 5] = base;
    loaded[at + 6] = v[LIMIT + r]!;
    loaded[at + 7] = rights;
  }

  /** Notices what the guest has loaded itself. */
  #saveSegment(r: number): void {
    const vm = this.#vm, s = this.#cpu.s, vcpu = this.#vcpu, v = vcpu.s;
    const at = r * 8;
    const loaded = this.#loaded;
    const selector = s[SELECTOR + r]!;
    if (
      selector === loaded[at] && s[BASE + r] === loaded[at + 1] && s[LIMIT + r] === loaded[at + 2] &&
      s[RIGHTS + r] === loaded[at + 3]
    ) return;
    if (s[RIGHTS + r] === 0) {
      setSegment(vcpu, r, selector, 0, 0, 0);
      return;
    }
    const table = (selector & 4) !== 0 ? vm.ldt : vm.descriptors;
    const original = table.original(selector >>> 3);
    if (original === null) return; // cannot happen: what is not shadowed cannot be loaded
    const { base, limit, rights, dpl } = original;
    const accessed = rights | 0x100;
    if (r !== CS && r !== SS) {
      setSegment(vcpu, r, selector, base, limit, accessed);
      return;
    }
    // CS and SS show the ring they are really in; the guest's own ring is the one its descriptor says.
    // A conforming segment is entered without a change of ring.
    if (r === CS && (rights & 0x400) === 0) v[CPL] = dpl;
    else if (r === CS && this.#kernelRing === 1 && s[CPL]! > 1) v[CPL] = s[CPL]!;
    setSegment(vcpu, r, (selector & ~3) | v[CPL]!, base, limit, accessed);
    vcpu.updateMode();
  }
}

/** Not while LDTR is as after RESET, 64 KiB at address 0 without a selector: loads from there are interpreted. */
function hasLocalTable(v: Int32Array): boolean {
  return v[RIGHTS + LDTR] !== 0 && (v[SELECTOR + LDTR]! & ~3) !== 0;
}

function fits(v: Int32Array, r: number): boolean {
  return truncatedLimit(v[BASE + r]!, v[LIMIT + r]!, v[RIGHTS + r]!) !== null;
}
