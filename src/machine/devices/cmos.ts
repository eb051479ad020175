/**
 * The MC146818 real-time clock with its CMOS memory: time of day that follows the cycle counter, and the memory sizes
 * that a PC's firmware keeps there.
 *
 * Source: Motorola, "MC146818A Real-Time Clock Plus RAM", DS9850; memory-size bytes from the IBM PC AT Technical Reference,
 * "CMOS RAM Information". Alarm and update-ended interrupts are raised with the seconds, the periodic one at its rate.
 *
 * @module
 */

import type { Bus } from "../bus.ts";
import { type Clock, Oscillator, type Timer } from "../clock.ts";
import { CONVENTIONAL_END, EXTENDED_START } from "../physical_memory.ts";
import type { Device, Line } from "./device.ts";

/** Every machine is switched on at this moment: 2006-10-21 00:00:00 UTC, the week of ASPLOS XII. */
export const POWER_UP_TIME: number = Date.UTC(2006, 9, 21);

/** The crystal. */
const CRYSTAL_HERTZ = 32_768;
/** UIP is set this long before the update (244 microseconds: 8 ticks of the crystal). */
const UPDATE_TICKS = 8;

const A = 10, B = 11, C = 12, D = 13;
const A_UIP = 0x80;
const B_SET = 0x80, B_PIE = 0x40, B_AIE = 0x20, B_UIE = 0x10, B_DM = 4, B_24H = 2;
const C_IRQF = 0x80, C_PF = 0x40, C_AF = 0x20, C_UF = 0x10;
const D_VALID = 0x80;
const SECONDS = 0,
  SECONDS_ALARM = 1,
  MINUTES = 2,
  MINUTES_ALARM = 3,
  HOURS = 4,
  HOURS_ALARM = 5,
  WEEKDAY = 6,
  DAY = 7;
const MONTH = 8, YEAR = 9, CENTURY = 0x32;
const TIME_REGISTERS = new Set([SECONDS, MINUTES, HOURS, WEEKDAY, DAY, MONTH, YEAR, CENTURY]);

interface CmosState {
  /** Selected register. */
  index: number;
  /** Registers A to D, alarms and RAM. */
  ram: number[];
  /** What the guest's settings add to the time that follows from the cycles, in seconds. */
  offset: number;
  /** While SET holds the time still: the moment shown, in seconds since 1970; else -1. */
  frozen: number;
}

/** Ports 70h and 71h. */
export class Cmos implements Device {
  readonly name = "MC146818";
  readonly #clock: Clock;
  readonly #oscillator: Oscillator;
  readonly #interrupt: Line;
  readonly #ramBytes: number;
  readonly #seconds: Timer;
  readonly #periodic: Timer;
  #state: CmosState;

  /**
   * Attaches ports 70h and 71h.
   *
   * @param interrupt IRQ 8.
   */
  constructor(bus: Bus, clock: Clock, interrupt: Line, ramBytes: number) {
    this.#clock = clock;
    this.#oscillator = new Oscillator(CRYSTAL_HERTZ, clock.hertz);
    this.#interrupt = interrupt;
    this.#ramBytes = ramBytes;
    this.#state = powerUp(ramBytes);
    this.#seconds = clock.timer(`${this.name} seconds`, () => this.#second());
    this.#periodic = clock.timer(`${this.name} periodic`, () => {
      this.#raise(C_PF);
      this.#schedule();
    });
    bus.attachPorts({
      owner: this.name,
      first: 0x70,
      last: 0x70,
      write: (_, value) => {
        this.#state.index = value & 0x7f;
      },
    });
    bus.attachPorts({
      owner: this.name,
      first: 0x71,
      last: 0x71,
      read: () => this.#read(this.#state.index),
      write: (_, value) => this.#write(this.#state.index, value),
    });
  }

  reset(): void {
    this.#state = powerUp(this.#ramBytes);
    this.#schedule();
    this.#interrupt(false);
  }

  save(): unknown {
    return { ...this.#state, ram: [...this.#state.ram] };
  }

  restore(state: unknown): void {
    const { ram, ...rest } = state as CmosState;
    this.#state = { ...rest, ram: [...ram] };
  }

  #tick(): number {
    return this.#oscillator.ticksAt(this.#clock.now());
  }

  /** The time shown, in seconds since 1970. */
  #time(): number {
    const { frozen, offset } = this.#state;
    return frozen >= 0 ? frozen : POWER_UP_TIME / 1000 + Math.floor(this.#tick() / CRYSTAL_HERTZ) + offset;
  }

  #read(index: number): number {
    const { ram } = this.#state;
    if (TIME_REGISTERS.has(index)) return this.#encode(index, fieldOf(index, new Date(this.#time() * 1000)));
    switch (index) {
      case A: {
        const updating = this.#state.frozen < 0 &&
          this.#tick() % CRYSTAL_HERTZ >= CRYSTAL_HERTZ - UPDATE_TICKS;
        return ram[A]! | (updating ? A_UIP : 0);
      }
      case C: {
        const flags = ram[C]!;
        ram[C] = 0;
        this.#interrupt(false);
        return flags;
      }
      case D:
        return D_VALID;
      default:
        return ram[index]!;
    }
  }

  #write(index: number, value: number): void {
    const { ram } = this.#state;
    if (TIME_REGISTERS.has(index)) {
      this.#setField(index, value);
      return;
    }
    switch (index) {
      case A:
        ram[A] = value & 0x7f;
        break;
      case B:
        this.#writeB(value);
        break;
      case C:
      case D:
        return;
      default:
        ram[index] = value;
    }
    this.#schedule();
  }

  #writeB(value: number): void {
    const { ram } = this.#state;
    const set = (value & B_SET) !== 0;
    if (set && this.#state.frozen < 0) this.#state.frozen = this.#time();
    if (!set && this.#state.frozen >= 0) this.#adopt(this.#state.frozen);
    // "SET ... prevents an update cycle"; setting it clears UIE.
    ram[B] = set ? value & ~B_UIE : value;
    if ((ram[B]! >> 4 & ram[C]! >> 4 & 7) !== 0) this.#raise(0);
  }

  /** Lets the clock go on from `time`. */
  #adopt(time: number): void {
    this.#state.frozen = -1;
    this.#state.offset += time - this.#time();
  }

  #setField(index: number, value: number): void {
    const date = new Date(this.#time() * 1000);
    const decoded = this.#decode(index, value);
    switch (index) {
      case SECONDS:
        date.setUTCSeconds(decoded);
        break;
      case MINUTES:
        date.setUTCMinutes(decoded);
        break;
      case HOURS:
        date.setUTCHours(decoded);
        break;
      case DAY:
        date.setUTCDate(decoded);
        break;
      case MONTH:
        date.setUTCMonth(decoded - 1);
        break;
      case YEAR:
        date.setUTCFullYear(Math.floor(date.getUTCFullYear() / 100) * 100 + decoded);
        break;
      case CENTURY:
        date.setUTCFullYear(decoded * 100 + date.getUTCFullYear() % 100);
        break;
        // The weekday follows from the date.
    }
    const time = Math.max(0, Math.floor(date.getTime() / 1000));
    if (this.#state.frozen >= 0) this.#state.frozen = time;
    else this.#adopt(time);
  }

  #encode(index: number, value: number): number {
    const mode = this.#state.ram[B]!;
    const afternoon = index === HOURS && (mode & B_24H) === 0 && value >= 12;
    const shown = index === HOURS && (mode & B_24H) === 0 ? (value + 11) % 12 + 1 : value;
    const digits = (mode & B_DM) !== 0 ? shown : Math.floor(shown / 10) << 4 | shown % 10;
    return digits | (afternoon ? 0x80 : 0);
  }

  #decode(index: number, value: number): number {
    const mode = this.#state.ram[B]!;
    const twelve = index === HOURS && (mode & B_24H) === 0;
    const digits = twelve ? value & 0x7f : value;
    const number = (mode & B_DM) !== 0 ? digits : (digits >> 4) * 10 + (digits & 15);
    return twelve ? number % 12 + ((value & 0x80) !== 0 ? 12 : 0) : number;
  }

  /** Periodic rate in crystal ticks, 0 for none: register A, RS3-RS0. */
  #period(): number {
    const rate = this.#state.ram[A]! & 15;
    return rate === 0 ? 0 : rate < 3 ? 1 << rate + 6 : 1 << rate - 1;
  }

  /** Timers run only while somebody wants their interrupt, so that a halted machine with nothing to wait for is seen to be. */
  #schedule(): void {
    const mode = this.#state.ram[B]!;
    const at = (timer: Timer, ticks: number) => timer.set(this.#oscillator.cycleOf(ticks));
    if ((mode & (B_AIE | B_UIE)) !== 0 && (mode & B_SET) === 0) {
      at(this.#seconds, (Math.floor(this.#tick() / CRYSTAL_HERTZ) + 1) * CRYSTAL_HERTZ);
    } else {
      this.#seconds.cancel();
    }
    const period = this.#period();
    if ((mode & B_PIE) !== 0 && period !== 0) {
      at(this.#periodic, (Math.floor(this.#tick() / period) + 1) * period);
    } else {
      this.#periodic.cancel();
    }
  }

  #second(): void {
    const { ram } = this.#state;
    const date = new Date(this.#time() * 1000);
    // An alarm byte of C0h-FFh matches everything ("Alarm Bytes").
    const matches = (alarm: number, field: number) =>
      ram[alarm]! >= 0xc0 || ram[alarm] === this.#encode(field, fieldOf(field, date));
    const alarm = matches(SECONDS_ALARM, SECONDS) && matches(MINUTES_ALARM, MINUTES) &&
      matches(HOURS_ALARM, HOURS);
    this.#raise(C_UF | (alarm ? C_AF : 0));
    this.#schedule();
  }

  #raise(flags: number): void {
    const { ram } = this.#state;
    ram[C] = ram[C]! | flags;
    if ((ram[C]! & ram[B]! & (C_PF | C_AF | C_UF)) === 0) return;
    ram[C] = ram[C]! | C_IRQF;
    this.#interrupt(true);
  }
}

function fieldOf(index: number, date: Date): number {
  switch (index) {
    case SECONDS:
      return date.getUTCSeconds();
    case MINUTES:
      return date.getUTCMinutes();
    case HOURS:
      return date.getUTCHours();
    case WEEKDAY:
      return date.getUTCDay() + 1;
    case DAY:
      return date.getUTCDate();
    case MONTH:
      return date.getUTCMonth() + 1;
    case YEAR:
      return date.getUTCFullYear() % 100;
    default:
      return Math.floor(date.getUTCFullYear() / 100);
  }
}

function powerUp(ramBytes: number): CmosState {
  const ram = new Array<number>(128).fill(0);
  ram[A] = 0x26;
  ram[B] = B_24H;
  const word = (index: number, value: number) => {
    ram[index] = value & 0xff;
    ram[index + 1] = value >> 8;
  };
  word(0x15, Math.min(ramBytes, CONVENTIONAL_END) / 1024);
  const extended = Math.min(0xffff, Math.floor(Math.max(0, ramBytes - EXTENDED_START) / 1024));
  word(0x17, extended);
  word(0x30, extended);
  word(0x34, Math.floor(Math.max(0, ramBytes - 16 * 1024 ** 2) / 65536));
  ram[0x14] = 0x02; // x87 absent, no floppy drives
  return { index: 0, ram, offset: 0, frozen: -1 };
}
