/**
 * One counter of an 8254, in ticks of its clock. It is brought forward when somebody looks, not tick by tick.
 *
 * Source: Intel, "82C54 CHMOS Programmable Interval Timer", order number 231244-006, "Mode Definitions".
 *
 * @module
 */

/** What a counter remembers. Names are the data sheet's: CR count register, CE counting element, OL output latch. */
export interface Counter8254State {
  /** 0..5. */
  mode: number;
  bcd: boolean;
  /** Access of the control word: 1 low byte, 2 high byte, 3 low then high. */
  access: number;
  /** As written: 0 stands for 65536, or 10000 in BCD. */
  CR: number;
  /** 0..65536. */
  CE: number;
  /** Tick up to which all this is true. */
  tick: number;
  out: boolean;
  gate: boolean;
  /** Mode 3: CE was loaded from an odd count. */
  odd: boolean;
  /** The next tick loads CE from CR. */
  loading: boolean;
  /** A full count has been written since the control word. */
  written: boolean;
  /** CE has been loaded: it counts. */
  counting: boolean;
  /** Modes 0, 1, 4, 5: the count has expired; what follows is wrap-around without effect. */
  expired: boolean;
  /** Null count: CR has not yet gone into CE. */
  nullCount: boolean;
  /** The first of two bytes, or -1. */
  firstByte: number;
  /** The next read of two gives the high byte. */
  readHigh: boolean;
  /** Latched count, or -1. */
  OL: number;
  /** Latched status byte, or -1. */
  status: number;
}

const RESET: Counter8254State = {
  mode: 0,
  bcd: false,
  access: 3,
  CR: 0,
  CE: 0,
  tick: 0,
  out: true,
  gate: true,
  odd: false,
  loading: false,
  written: false,
  counting: false,
  expired: false,
  nullCount: true,
  firstByte: -1,
  readHigh: false,
  OL: -1,
  status: -1,
};

/** One counter of an {@linkcode I8254}. */
export class Counter8254 {
  #state: Counter8254State = { ...RESET };

  /** The OUT pin, as of the tick it was last advanced to. */
  get out(): boolean {
    return this.#state.out;
  }

  /** Power-up at a tick; the data sheet leaves it undefined: never written, so nothing happens, and OUT is high. */
  reset(tick: number): void {
    this.#state = { ...RESET, tick };
  }

  save(): Counter8254State {
    return { ...this.#state };
  }

  restore(state: Counter8254State): void {
    this.#state = { ...state };
  }

  /** Control word, bits 0-5: access, mode, BCD. Everything is reset, OUT goes to the mode's initial level. */
  program(word: number): void {
    const { tick, gate, CR } = this.#state;
    const mode = word >> 1 & 7;
    this.#state = {
      ...RESET,
      tick,
      gate,
      CR,
      CE: this.#state.CE,
      mode: mode > 5 ? mode - 4 : mode,
      bcd: (word & 1) !== 0,
      access: word >> 4 & 3,
      out: mode !== 0,
    };
  }

  /** Writes a byte of the count. */
  write(value: number): void {
    const state = this.#state;
    if (state.access === 3 && state.firstByte < 0) {
      state.firstByte = value;
      if (state.mode === 0) {
        // "Writing the first byte disables counting. OUT is set low immediately."
        state.counting = false;
        state.loading = false;
        state.out = false;
      }
      return;
    }
    const raw = state.access === 1 ? value : state.access === 2 ? value << 8 : state.firstByte | value << 8;
    state.firstByte = -1;
    state.CR = state.bcd ? fromBcd(raw) : raw;
    state.nullCount = true;
    switch (state.mode) {
      case 0:
        state.out = false;
        state.loading = true;
        break;
      case 4:
        state.loading = true;
        break;
      case 2:
      case 3:
        // A counter that runs takes the new count at the end of its cycle.
        if (!state.counting) state.loading = true;
        break;
    }
    state.written = true;
  }

  /** Reads a byte: of the latched status, of the latched count, or of the count itself. */
  read(): number {
    const state = this.#state;
    if (state.status >= 0) {
      const status = state.status;
      state.status = -1;
      return status;
    }
    const value = state.OL >= 0 ? state.OL : this.#visibleCount();
    const high = state.access === 2 || (state.access === 3 && state.readHigh);
    if (state.access === 3) state.readHigh = !state.readHigh;
    if (state.access !== 3 || high) state.OL = -1;
    return high ? value >> 8 : value & 0xff;
  }

  /** Counter latch command; ignored while a latched count waits to be read. */
  latchCount(): void {
    if (this.#state.OL < 0) this.#state.OL = this.#visibleCount();
  }

  /** Status of the read-back command; ignored while a latched status waits to be read. */
  latchStatus(): void {
    const { status, out, nullCount, access, mode, bcd } = this.#state;
    if (status >= 0) return;
    this.#state.status = (out ? 0x80 : 0) | (nullCount ? 0x40 : 0) | access << 4 | mode << 1 | (bcd ? 1 : 0);
  }

  /** Level of the GATE pin ("Gate Pin Operations Summary"). */
  setGate(level: boolean): void {
    const state = this.#state;
    if (level === state.gate) return;
    state.gate = level;
    const periodic = state.mode === 2 || state.mode === 3;
    if (level) {
      if (state.written && (periodic || state.mode === 1 || state.mode === 5)) state.loading = true;
    } else if (periodic) {
      state.out = true;
    }
  }

  /** Brings the counter to a later tick. */
  advanceTo(tick: number): void {
    const state = this.#state;
    while (state.tick < tick) {
      const ticks = this.#toEvent();
      const left = tick - state.tick;
      if (ticks > left) {
        this.#countDown(left);
        state.tick = tick;
        return;
      }
      const skipped = this.#wholePeriods(left);
      if (skipped > 0) {
        state.tick += skipped;
        continue;
      }
      this.#countDown(ticks - 1);
      state.tick += ticks;
      this.#pulse();
    }
  }

  /** The tick at which OUT may change next; `Infinity` when it will not without an access. */
  nextChange(): number {
    return this.#state.tick + this.#toEvent();
  }

  /** Ticks until the next pulse that does more than count down; 1 is the next one. */
  #toEvent(): number {
    const { mode, loading, counting, gate, CE, expired, out } = this.#state;
    if (loading) return 1;
    if (!counting) return Infinity;
    switch (mode) {
      case 0:
        return gate && !expired ? CE : Infinity;
      case 1:
        return expired ? Infinity : CE;
      case 2:
        if (!gate || this.#reload() === 1) return Infinity;
        return CE > 1 ? CE - 1 : 1;
      case 3:
        if (!gate || this.#reload() === 1) return Infinity;
        return this.#pulsesOfHalf();
      default: // 4 and 5: the strobe, and its end one tick later
        if (!out) return 1;
        return expired || (mode === 4 && !gate) ? Infinity : CE;
    }
  }

  /** Mode 3: pulses left in this half of the period. An odd count's high half is one longer: it also counts 0. */
  #pulsesOfHalf(): number {
    const { CE, out, odd } = this.#state;
    return odd && out ? CE / 2 + 1 : Math.max(1, CE / 2);
  }

  /** Counts without effect on OUT. */
  #countDown(ticks: number): void {
    const state = this.#state;
    if (!state.counting || ticks === 0) return;
    if (!state.gate && state.mode !== 1 && state.mode !== 5) return;
    if (state.mode === 3) {
      if (this.#reload() !== 1) state.CE -= 2 * ticks;
      return;
    }
    if (state.mode === 2) {
      if (this.#reload() !== 1) state.CE -= ticks;
      return;
    }
    const modulus = this.#modulus();
    state.CE = ((state.CE - ticks) % modulus + modulus) % modulus;
  }

  /** In modes 2 and 3, right after a reload, whole periods can be left out. */
  #wholePeriods(ticks: number): number {
    const { mode, loading, counting, gate, CE, nullCount, out } = this.#state;
    if ((mode !== 2 && mode !== 3) || loading || !counting || !gate || nullCount || !out) return 0;
    const period = this.#reload();
    if (period === 1 || CE !== (mode === 3 ? period & ~1 : period)) return 0;
    return Math.floor(ticks / period) * period;
  }

  /** The pulse that {@linkcode Counter8254.#toEvent} announced. */
  #pulse(): void {
    const state = this.#state;
    if (state.loading) {
      state.loading = false;
      state.counting = true;
      state.expired = false;
      this.#load();
      if (state.mode === 1) state.out = false;
      else if (state.mode !== 0) state.out = true;
      return;
    }
    switch (state.mode) {
      case 0:
      case 1:
        state.CE = 0;
        state.expired = true;
        state.out = true;
        break;
      case 2:
        if (state.CE > 1) {
          state.CE = 1;
          state.out = false;
        } else {
          this.#load();
          state.out = true;
        }
        break;
      case 3:
        this.#load();
        state.out = !state.out;
        break;
      default:
        if (state.out) {
          state.CE = 0;
          state.expired = true;
          state.out = false;
        } else {
          // The strobe ends; the count wraps round, unless the gate holds it.
          if (state.gate || state.mode === 5) state.CE = this.#modulus() - 1;
          state.out = true;
        }
    }
  }

  #load(): void {
    const state = this.#state;
    const count = this.#reload();
    state.odd = (count & 1) !== 0;
    state.CE = state.mode === 3 ? count & ~1 : count;
    state.nullCount = false;
  }

  #reload(): number {
    return this.#state.CR === 0 ? this.#modulus() : this.#state.CR;
  }

  #modulus(): number {
    return this.#state.bcd ? 10_000 : 65_536;
  }

  #visibleCount(): number {
    const { CE, bcd } = this.#state;
    const count = CE % this.#modulus();
    return bcd ? toBcd(count) : count;
  }
}

function fromBcd(value: number): number {
  return (value >> 12) * 1000 + (value >> 8 & 15) * 100 + (value >> 4 & 15) * 10 + (value & 15);
}

function toBcd(value: number): number {
  return Math.floor(value / 1000) << 12 | Math.floor(value / 100) % 10 << 8 |
    Math.floor(value / 10) % 10 << 4 | value % 10;
}
