/**
 * Stands in for a paravirtualizing monitor, so that the kernel's side of the interface can be tested alone: hypercalls and
 * events as hypercalls.ts describes them, for one guest that owns all memory. No shadow page tables: guest-physical is
 * host-physical, and the processor walks the guest's own. What the guest does against the rules is noted.
 */

import {
  ACTIVITY,
  CPL,
  type CpuEvent,
  CR0,
  CR0_PG,
  CR2,
  CR3,
  CR4,
  EAX,
  EBX,
  ECX,
  EDX,
  EFLAGS,
  EIP,
  ESP,
  FLAG_OP,
  GDTR_BASE,
  GDTR_LIMIT,
  HALTED,
  IDTR_BASE,
  IDTR_LIMIT,
  IF,
  materializeFlags,
  readLinear,
  SELECTOR,
  setSegment,
  TR,
  writeLinear,
} from "../../src/cpu/mod.ts";
import {
  HYPERCALL_VECTOR,
  HYPERCALLS,
  PARAVIRTUAL_MAGIC,
  SHARED_PAGE,
  type TeachingKernel,
  TRAP_FLAGS,
} from "../../src/guests/kernel/mod.ts";
import { CS, DS, ES, FS, GS, SS } from "../../src/isa/mod.ts";
import { Machine, type MachineOptions } from "../../src/machine/mod.ts";

/** The double's own tables, in low memory that the kernel maps and leaves alone. */
const GDT = 0x80000, IDT = 0x81000, TSS = 0x82000;
const CODE = 0xc0bb00, DATA = 0xc0b300, BUSY_TSS = 0x8b00;
const PAGE = 4096, RULES = ~0x60; // all of an entry but accessed and dirty

interface Trap {
  readonly flags: number;
  readonly selector: number;
  readonly eip: number;
}

/** A machine with a paravirtual guest in it. */
export class ParavirtualDouble {
  readonly machine: Machine;
  /** Hypercalls by name. */
  readonly calls = new Map<string, number>();
  /** Events delivered by the double, by vector. */
  readonly events = new Map<number, number>();
  /** What the guest did that it may not. */
  readonly violations: string[] = [];
  readonly #traps = new Map<number, Trap>();
  /** Page tables and directories in use, by gpa: as they should be, and for a table the directories that need it. */
  readonly #tables = new Map<number, { copy: Int32Array; users: Set<number> }>();
  #shared = -1;
  #stack = { ss: 0, esp: 0 };
  #timerVector = 0;
  #gdtEntries = 0;

  constructor(kernel: TeachingKernel, options: MachineOptions = {}) {
    this.machine = new Machine({ memory: kernel.memory, history: false, ...options });
    this.machine.load(kernel);
    const { cpu } = this.machine;
    const s = cpu.s;
    for (const register of [ES, SS, DS, FS, GS]) setSegment(cpu, register, 0x11, 0, -1, DATA);
    setSegment(cpu, CS, 9, 0, -1, CODE);
    setSegment(cpu, TR, 0x1f8, TSS, 103, BUSY_TSS);
    s[GDTR_BASE] = GDT;
    s[GDTR_LIMIT] = 0x1ff;
    s[IDTR_BASE] = IDT;
    s[IDTR_LIMIT] = 0x7ff;
    s[CPL] = 1;
    s[EFLAGS] = s[EFLAGS]! | IF;
    s[EAX] = PARAVIRTUAL_MAGIC;
    cpu.trap = { alwaysInterruptible: true, deliver: (_, event) => this.#deliver(event) };
    cpu.updateMode();
  }

  #deliver(event: CpuEvent): boolean {
    const { cpu } = this.machine;
    const s = cpu.s, ring = s[CPL]!;
    const { vector, errorCode, returnEip } = event;
    switch (event.kind) {
      case "interrupt":
        this.machine.board.bus.portWrite(0x20, 1, 0x20);
        if (ring !== 3 && this.#byte(SHARED_PAGE.mask) === 0) this.#setByte(SHARED_PAGE.pending, 1);
        else this.#toGuest(this.#timerVector, -1, returnEip);
        return true;
      case "exception":
        if (vector === 14) {
          this.#ram().setInt32(this.#at(this.#shared + SHARED_PAGE.faultAddress), s[CR2]!, true);
        }
        this.#toGuest(vector, errorCode, returnEip);
        return true;
      case "software": {
        if (vector === HYPERCALL_VECTOR && ring === 1) {
          this.#hypercall(returnEip);
          return true;
        }
        const trap = this.#traps.get(vector);
        const allowed = trap !== undefined && (trap.flags & TRAP_FLAGS.ring) >= ring;
        if (allowed && (trap.flags & TRAP_FLAGS.direct) !== 0 && ring === 3) {
          if (this.#byte(SHARED_PAGE.mask) === 0) this.violations.push("direct entry with the mask at 0");
          return false;
        }
        if (allowed) this.#toGuest(vector, -1, returnEip);
        else this.#toGuest(13, vector * 8 + 2, returnEip - event.instructionLength);
        return true;
      }
      default:
        this.violations.push(`event ${event.kind}`);
        cpu.stop();
        return true;
    }
  }

  /** A frame as the processor would push it, and the handler. */
  #toGuest(vector: number, errorCode: number, returnEip: number): void {
    const { cpu } = this.machine;
    const s = cpu.s, ring = s[CPL]!;
    this.events.set(vector, (this.events.get(vector) ?? 0) + 1);
    const trap = this.#traps.get(vector);
    if (trap === undefined) {
      throw new Error(`no handler for vector ${vector} at ${(returnEip >>> 0).toString(16)}`);
    }
    const masked = this.#byte(SHARED_PAGE.mask) === 0 && ring !== 3;
    const flags = materializeFlags(s) & ~IF | (masked ? 0 : IF);
    const frame = [flags, s[SELECTOR + CS]!, returnEip, ...(errorCode < 0 ? [] : [errorCode])];
    if (ring === 3) {
      frame.unshift(s[SELECTOR + SS]!, s[ESP]!);
      setSegment(cpu, SS, this.#stack.ss, 0, -1, DATA);
      s[ESP] = this.#stack.esp;
    }
    for (const word of frame) {
      s[ESP] = s[ESP]! - 4;
      writeLinear(cpu, s[ESP]!, 4, word, false);
    }
    setSegment(cpu, CS, trap.selector, 0, -1, CODE);
    s[CPL] = 1;
    s[EIP] = trap.eip | 0;
    if ((trap.flags & TRAP_FLAGS.mask) !== 0) this.#setByte(SHARED_PAGE.mask, 0);
    cpu.updateMode();
    cpu.leave();
  }

  #hypercall(returnEip: number): void {
    const { cpu } = this.machine;
    const s = cpu.s;
    const call = HYPERCALLS[s[EAX]!];
    if (call === undefined) {
      this.violations.push(`hypercall ${s[EAX]}`);
      s[EAX] = -38;
      return;
    }
    this.calls.set(call.name, (this.calls.get(call.name) ?? 0) + 1);
    this.#checkTables(call.name);
    s[EAX] = this.#perform(call.name, s[EBX]!, s[ECX]!, s[EDX]!, returnEip);
    if (s[EAX]! < 0) this.violations.push(`${call.name}: refused`);
    const resume = this.#after.splice(0);
    for (const action of resume) action();
  }

  /** What a call does once EAX is there. */
  readonly #after: (() => void)[] = [];

  #perform(name: string, ebx: number, ecx: number, edx: number, returnEip: number): number {
    const { cpu, board } = this.machine;
    const s = cpu.s, ram = this.#ram();
    const word = (pointer: number) => readLinear(cpu, pointer, 4, false);
    switch (name) {
      case "register_shared_page":
        if (ebx % 16 !== 0) return -22;
        this.#shared = ebx;
        this.#ram().setInt32(this.#at(ebx), 0, true);
        return 0;
      case "set_gdt":
        if (ecx < 1 || ecx > 60) return -22;
        for (let i = 0; i < ecx * 2; i++) ram.setInt32(this.#at(GDT + i * 4), word(ebx + i * 4), true);
        for (let i = 1; i < ecx; i++) {
          const rights = word(ebx + i * 8 + 4) >>> 8 & 0xff;
          if ((rights & 0x90) !== 0x90 || (rights & 0x60) === 0) return -1;
        }
        this.#gdtEntries = ecx;
        return 0;
      case "set_trap_table":
        for (let i = 0; i < ecx; i++) {
          const [low, eip] = [word(ebx + i * 8), word(ebx + i * 8 + 4)];
          const vector = low & 0xff, flags = low >>> 8 & 0xff, selector = low >>> 16;
          if (this.#traps.has(vector) || selector >>> 3 >= this.#gdtEntries || (selector & 7) !== 1) {
            return -22;
          }
          this.#traps.set(vector, { flags, selector, eip });
          if ((flags & TRAP_FLAGS.direct) === 0) continue;
          ram.setInt32(this.#at(IDT + vector * 8), selector << 16 | eip & 0xffff, true);
          ram.setInt32(this.#at(IDT + vector * 8 + 4), eip & 0xffff0000 | 0xef00, true);
        }
        return 0;
      case "stack_switch":
        this.#stack = { ss: ebx, esp: ecx };
        ram.setInt32(this.#at(TSS + 12), ecx, true);
        ram.setInt32(this.#at(TSS + 16), ebx, true);
        return 0;
      case "set_page_directory":
        if (ebx % PAGE !== 0) return -22;
        this.#useDirectory(ebx);
        s[CR3] = ebx;
        s[CR4] = s[CR4]! | 0x10;
        s[CR0] = s[CR0]! | CR0_PG | 0x10000;
        cpu.flushTlb();
        cpu.updateMode();
        return 0;
      case "release_page_directory":
        if (ebx === s[CR3] || !this.#tables.has(ebx)) return -22;
        for (const [gpa, { users }] of this.#tables) {
          users.delete(ebx);
          if (users.size === 0) this.#tables.delete(gpa);
        }
        return 0;
      case "update_page_table":
        return this.#update(ebx, ecx);
      case "multicall":
        if (ecx < 0 || ecx > 512) return -22;
        for (let i = 0; i < ecx; i++) {
          if (this.#update(word(ebx + i * 8), word(ebx + i * 8 + 4)) !== 0) return i;
        }
        return ecx;
      case "invalidate":
        cpu.flushTlb();
        return 0;
      case "unmask":
      case "block":
        this.#setByte(SHARED_PAGE.mask, 1);
        this.#after.push(() => {
          if (this.#byte(SHARED_PAGE.pending) !== 0) {
            this.#setByte(SHARED_PAGE.pending, 0);
            this.#toGuest(this.#timerVector, -1, returnEip);
          } else if (name === "block") {
            s[ACTIVITY] = HALTED;
            cpu.leave();
          }
        });
        return 0;
      case "iret": {
        const [eax, eip, cs, flags, esp, ss] = Array.from({ length: 6 }, (_, i) => word(s[ESP]! + i * 4));
        const ring = cs! & 3;
        this.#after.push(() => {
          s[EAX] = eax!;
          setSegment(cpu, CS, cs!, 0, -1, CODE & ~0x6000 | ring << 13);
          s[CPL] = ring;
          if (ring === 3) setSegment(cpu, SS, ss!, 0, -1, DATA & ~0x6000 | ring << 13);
          s[ESP] = ring === 3 ? esp! : s[ESP]! + 16;
          s[EIP] = eip!;
          s[FLAG_OP] = 0;
          s[EFLAGS] = flags! & 0x244dd5 | IF | 2;
          this.#setByte(SHARED_PAGE.mask, ring === 3 || (flags! & IF) !== 0 ? 1 : 0);
          cpu.updateMode();
          cpu.leave();
          if (this.#byte(SHARED_PAGE.pending) !== 0 && this.#byte(SHARED_PAGE.mask) !== 0) {
            this.#setByte(SHARED_PAGE.pending, 0);
            this.#toGuest(this.#timerVector, -1, eip!);
          }
        });
        return 0;
      }
      case "console_write":
        for (let i = 0; i < ecx; i++) board.console.append(readLinear(cpu, ebx + i, 1, false));
        return ecx;
      case "io_write":
        board.bus.portWrite(ebx, ecx as 1, edx);
        return 0;
      case "set_timer": {
        this.#timerVector = ecx;
        const divisor = Math.min(65535, Math.round(ebx * 1193182 / 1e9));
        const writes: [number, number][] = [[0x20, 0x11], [0x21, 0x20], [0x21, 4], [0x21, 1], [0x21, 0xfe]];
        for (
          const [port, value] of [...writes, [0x43, 0x34], [0x40, divisor & 0xff], [
            0x40,
            divisor >> 8,
          ]] as const
        ) {
          board.bus.portWrite(port, 1, value);
        }
        return 0;
      }
      case "shutdown":
        board.bus.portWrite(0xf4, 4, ebx);
        return 0;
      default:
        return -38;
    }
  }

  /** Takes a directory and its tables into use, after checking every entry. */
  #useDirectory(directory: number): void {
    if (this.#tables.has(directory)) return;
    const entries = this.#use(directory, directory);
    entries.forEach((entry, at) => {
      if ((entry & 1) === 0) return;
      if (at === 1023) this.violations.push("an entry in the monitor's part");
      if ((entry & 0x80) === 0) this.#use(entry & -PAGE, directory).forEach((page) => this.#checkFrame(page));
    });
  }

  #use(gpa: number, user: number): Int32Array {
    this.#checkFrame(gpa | 1);
    const known = this.#tables.get(gpa);
    known?.users.add(user);
    if (known !== undefined) return known.copy;
    const copy = this.#readTable(gpa);
    this.#tables.set(gpa, { copy, users: new Set([user]) });
    return copy;
  }

  #readTable(gpa: number): Int32Array {
    const first = this.#at(gpa) / 4;
    return this.machine.cpu.s.slice(first, first + 1024).map((entry) => entry & RULES);
  }

  #checkFrame(entry: number): void {
    const frame = entry >>> 12;
    if ((entry & 1) !== 0 && this.machine.board.memory.frame(frame) < 0) {
      this.violations.push(`an entry for frame ${frame.toString(16)}`);
    }
  }

  #update(gpa: number, value: number): number {
    const table = this.#tables.get(gpa & -PAGE);
    if (gpa % 4 !== 0 || table === undefined) return -22;
    this.#checkFrame(value);
    this.#ram().setInt32(this.#at(gpa), value, true);
    table.copy[gpa % PAGE / 4] = value & RULES;
    return 0;
  }

  /** Has anybody stored to a table in use? */
  #checkTables(during: string): void {
    const words = this.machine.cpu.s;
    for (const [gpa, { copy }] of this.#tables) {
      const first = this.#at(gpa) / 4;
      for (let i = 0; i < 1024; i++) {
        if ((words[first + i]! & RULES) === copy[i]) continue;
        this.violations.push(`a store to ${(gpa + i * 4).toString(16)} before ${during}`);
      }
    }
  }

  #ram(): DataView {
    return this.machine.cpu.view;
  }

  #at(gpa: number): number {
    return this.machine.board.memory.ramOffset + gpa;
  }

  #byte(at: number): number {
    return this.#shared < 0 ? 0 : this.machine.cpu.u8[this.#at(this.#shared + at)]!;
  }

  #setByte(at: number, value: number): void {
    this.machine.cpu.u8[this.#at(this.#shared + at)] = value;
  }
}
