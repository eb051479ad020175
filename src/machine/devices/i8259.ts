/**
 * The 8259A programmable interrupt controller, one chip.
 *
 * Source: Intel, "8259A Programmable Interrupt Controller", order number 231468-003 (the data sheet); the edge/level
 * control register is that of the 82371 PCI ISA bridge (Intel 290550, "ELCR1/ELCR2").
 *
 * Only the 8086 mode of interrupt sequences exists (ICW4 bit uPM); a chip programmed for MCS-80 answers in 8086 mode.
 *
 * @module
 */

import type { Bus } from "../bus.ts";
import type { Device, Line } from "./device.ts";

/** Where a chip sits and how it is wired. */
export interface I8259Configuration {
  /** Name in snapshots and messages. */
  readonly name: string;
  /** Port with A0 = 0 (ICW1, OCW2, OCW3, poll, IRR, ISR) and with A0 = 1 (ICW2-4, OCW1, IMR). */
  readonly command: number;
  /** Port with A0 = 1. */
  readonly data: number;
  /** Port of the edge/level control register. */
  readonly elcr: number;
  /** Inputs whose trigger mode the ELCR may set to level (1 bits). */
  readonly elcrMask: number;
}

/** The master of an AT-compatible PC. */
export const MASTER_8259: I8259Configuration = {
  name: "8259A master",
  command: 0x20,
  data: 0x21,
  elcr: 0x4d0,
  elcrMask: 0xf8,
};
/** The slave, on the master's input 2. */
export const SLAVE_8259: I8259Configuration = {
  name: "8259A slave",
  command: 0xa0,
  data: 0xa1,
  elcr: 0x4d1,
  elcrMask: 0xde,
};

interface I8259State {
  IRR: number;
  ISR: number;
  IMR: number;
  ELCR: number;
  /** Levels of IR0-IR7. */
  inputs: number;
  /** Next initialization word expected on the data port: 2, 3, 4, or 0 when initialized. */
  expects: number;
  ICW1: number;
  ICW2: number;
  ICW3: number;
  ICW4: number;
  /** Input of lowest priority, 0-7; 7 unless rotated. */
  lowest: number;
  specialMask: boolean;
  rotateOnAutomaticEoi: boolean;
  /** A read gives ISR rather than IRR (OCW3 RIS). */
  readIsr: boolean;
  /** The next read is a poll (OCW3 P). */
  poll: boolean;
}

const ICW1_IC4 = 1, ICW1_SNGL = 2, ICW1_LTIM = 8, ICW1 = 0x10;
const ICW4_AEOI = 2, ICW4_SFNM = 0x10;
const OCW3 = 8, OCW3_RIS = 1, OCW3_RR = 2, OCW3_P = 4, OCW3_SMM = 0x20, OCW3_ESMM = 0x40;
const OCW2_EOI = 0x20, OCW2_SL = 0x40, OCW2_R = 0x80;

const POWER_UP: I8259State = {
  IRR: 0,
  ISR: 0,
  // The data sheet leaves power-up undefined; with everything masked an uninitialized chip stays quiet.
  IMR: 0xff,
  ELCR: 0,
  inputs: 0,
  expects: 0,
  ICW1: 0,
  ICW2: 0,
  ICW3: 0,
  ICW4: 0,
  lowest: 7,
  specialMask: false,
  rotateOnAutomaticEoi: false,
  readIsr: false,
  poll: false,
};

/** One 8259A. {@linkcode I8259Pair} wires two of them as in a PC. */
export class I8259 implements Device {
  readonly name: string;
  readonly #output: Line;
  /** Inputs that carry a slave's INT, and the slave's answer to INTA. */
  readonly #slaves: ReadonlyMap<number, () => number>;
  #state: I8259State = { ...POWER_UP };
  #level = false;

  /**
   * Attaches the chip's three ports.
   *
   * @param output the INT pin.
   * @param slaves for a master: by input, what answers the acknowledge cycle in its place.
   */
  constructor(
    bus: Bus,
    configuration: I8259Configuration,
    output: Line,
    slaves = new Map<number, () => number>(),
  ) {
    this.name = configuration.name;
    this.#output = output;
    this.#slaves = slaves;
    const { name, command, data, elcr } = configuration;
    bus.attachPorts({
      owner: name,
      first: command,
      last: command,
      read: () => this.#readCommand(),
      write: (_, value) => this.#writeCommand(value),
    });
    bus.attachPorts({
      owner: name,
      first: data,
      last: data,
      read: () => this.#state.poll ? this.#answerPoll() : this.#state.IMR,
      write: (_, value) => this.#writeData(value),
    });
    bus.attachPorts({
      owner: name,
      first: elcr,
      last: elcr,
      read: () => this.#state.ELCR,
      write: (_, value) => {
        this.#state.ELCR = value & configuration.elcrMask;
        this.#levelInputs();
        this.#update();
      },
    });
  }

  /** Level of an input IR0-IR7. */
  setInput(input: number, level: boolean): void {
    const state = this.#state, bit = 1 << input;
    if (level) {
      const rises = (state.inputs & bit) === 0;
      state.inputs |= bit;
      if (rises || this.#isLevel(bit)) state.IRR |= bit;
    } else {
      // A request that goes away before it is acknowledged is forgotten, in edge mode too: "Interrupt Triggering" demands
      // that IR stays high until INTA, else the default IR7 follows.
      state.inputs &= ~bit;
      state.IRR &= ~bit;
    }
    this.#update();
  }

  /** Level of the INT pin. */
  get output(): boolean {
    return this.#level;
  }

  /** The acknowledge cycle (both INTA pulses): the vector, 0..255. */
  acknowledge(): number {
    const { ICW2 } = this.#state;
    const input = this.#pending();
    // No request any more: the default IR7, with no bit set in ISR (data sheet, "Interrupt Triggering").
    if (input < 0) {
      this.#update();
      return ICW2 & 0xf8 | 7;
    }
    this.#take(input);
    const slave = this.#slaves.get(input);
    const vector = slave === undefined ? ICW2 & 0xf8 | input : slave();
    this.#update();
    return vector;
  }

  reset(): void {
    // The wires are what they are.
    this.#state = { ...POWER_UP, inputs: this.#state.inputs };
    this.#update();
  }

  save(): unknown {
    return { ...this.#state };
  }

  restore(state: unknown): void {
    this.#state = { ...(state as I8259State) };
    this.#level = this.#pending() >= 0;
    this.#output(this.#level);
  }

  #isLevel(bit: number): boolean {
    return (this.#state.ICW1 & ICW1_LTIM) !== 0 || (this.#state.ELCR & bit) !== 0;
  }

  /** In level mode IRR follows the inputs. */
  #levelInputs(): void {
    for (let bit = 1; bit < 0x100; bit <<= 1) {
      if (this.#isLevel(bit)) this.#state.IRR = this.#state.IRR & ~bit | this.#state.inputs & bit;
    }
  }

  /** The input that would be served now, or -1. */
  #pending(): number {
    const { IRR, IMR, ISR, specialMask, ICW4, lowest } = this.#state;
    const requests = IRR & ~IMR;
    if (requests === 0) return -1;
    const inService = specialMask ? ISR & ~IMR : ISR;
    for (let rank = 0; rank < 8; rank++) {
      const input = lowest + 1 + rank & 7, bit = 1 << input;
      const fullyNestedSlave = (ICW4 & ICW4_SFNM) !== 0 && this.#slaves.has(input);
      if ((requests & bit) !== 0 && ((inService & bit) === 0 || fullyNestedSlave)) return input;
      if ((inService & bit) !== 0) return -1;
    }
    return -1;
  }

  /** Moves a request into service. */
  #take(input: number): void {
    const state = this.#state, bit = 1 << input;
    if (!this.#isLevel(bit)) state.IRR &= ~bit;
    if ((state.ICW4 & ICW4_AEOI) === 0) state.ISR |= bit;
    else if (state.rotateOnAutomaticEoi) state.lowest = input;
  }

  #update(): void {
    const level = this.#pending() >= 0;
    if (level === this.#level) return;
    this.#level = level;
    this.#output(level);
  }

  #readCommand(): number {
    if (this.#state.poll) return this.#answerPoll();
    return this.#state.readIsr ? this.#state.ISR : this.#state.IRR;
  }

  /** A read after OCW3 with P set is an acknowledge: bit 7 says whether there was a request, bits 0-2 which ("Poll Command"). */
  #answerPoll(): number {
    this.#state.poll = false;
    const input = this.#pending();
    if (input >= 0) this.#take(input);
    this.#update();
    return input < 0 ? 0 : 0x80 | input;
  }

  #writeCommand(value: number): void {
    const state = this.#state;
    if ((value & ICW1) !== 0) {
      // "Initialization Command Words 1 and 2", a to f.
      this.#state = {
        ...POWER_UP,
        IMR: 0,
        ELCR: state.ELCR,
        inputs: state.inputs,
        ICW1: value,
        ICW2: state.ICW2,
        ICW3: state.ICW3,
        expects: 2,
      };
      this.#levelInputs();
    } else if ((value & OCW3) !== 0) {
      if ((value & OCW3_P) !== 0) state.poll = true;
      else if ((value & OCW3_RR) !== 0) state.readIsr = (value & OCW3_RIS) !== 0;
      if ((value & OCW3_ESMM) !== 0) state.specialMask = (value & OCW3_SMM) !== 0;
    } else {
      this.#writeOcw2(value);
    }
    this.#update();
  }

  #writeOcw2(value: number): void {
    const state = this.#state;
    const rotate = (value & OCW2_R) !== 0;
    if ((value & OCW2_EOI) !== 0) {
      const input = (value & OCW2_SL) !== 0 ? value & 7 : this.#highestInService();
      if (input < 0) return;
      state.ISR &= ~(1 << input);
      if (rotate) state.lowest = input;
    } else if ((value & OCW2_SL) !== 0) {
      if (rotate) state.lowest = value & 7;
    } else {
      state.rotateOnAutomaticEoi = rotate;
    }
  }

  /** What a non-specific EOI ends; in special mask mode it leaves masked levels alone ("Special Mask Mode"). */
  #highestInService(): number {
    const { ISR, IMR, specialMask, lowest } = this.#state;
    const candidates = specialMask ? ISR & ~IMR : ISR;
    for (let rank = 0; rank < 8; rank++) {
      const input = lowest + 1 + rank & 7;
      if ((candidates & 1 << input) !== 0) return input;
    }
    return -1;
  }

  #writeData(value: number): void {
    const state = this.#state;
    const { ICW1 } = state;
    const afterIcw3 = (ICW1 & ICW1_IC4) !== 0 ? 4 : 0;
    switch (state.expects) {
      case 2:
        state.ICW2 = value;
        state.expects = (ICW1 & ICW1_SNGL) === 0 ? 3 : afterIcw3;
        break;
      case 3:
        state.ICW3 = value;
        state.expects = afterIcw3;
        break;
      case 4:
        state.ICW4 = value;
        state.expects = 0;
        break;
      default:
        state.IMR = value;
    }
    this.#update();
  }
}

/** The two controllers of a PC: inputs 0-7 on the master, 8-15 on the slave, the slave on the master's input 2. */
export class I8259Pair {
  /** Inputs 0 to 7. */
  readonly master: I8259;
  /** Inputs 8 to 15. */
  readonly slave: I8259;

  /**
   * Attaches both chips and the acknowledge line.
   *
   * @param output the processor's INTR pin.
   */
  constructor(bus: Bus, output: Line) {
    this.slave = new I8259(bus, SLAVE_8259, (level) => this.master.setInput(2, level));
    this.master = new I8259(bus, MASTER_8259, output, new Map([[2, () => this.slave.acknowledge()]]));
    bus.attachInterruptController(MASTER_8259.name, this.master);
  }

  /** The wire of interrupt request `irq` 0..15; 2 is taken by the slave. */
  line(irq: number): Line {
    return irq < 8
      ? (level) => this.master.setInput(irq, level)
      : (level) => this.slave.setInput(irq - 8, level);
  }
}
