/**
 * The 16550A universal asynchronous receiver/transmitter: the PC's serial port, here the console.
 *
 * Source: National Semiconductor, "PC16550D Universal Asynchronous Receiver/Transmitter with FIFOs", TL/C/8652, June 1995;
 * OUT2 gates the interrupt as on the IBM PC's asynchronous adapter.
 *
 * The other end is a patient host: it is always ready, asserts CTS, DSR and DCD, and sends its next character only when the
 * receiver has room, so characters from the host never overrun.
 *
 * @module
 */

import type { Bus } from "../bus.ts";
import { type Clock, Oscillator, type Timer } from "../clock.ts";
import type { Device, Line } from "./device.ts";

/** Where a chip sits, and how fast its characters travel. */
export interface Uart16550Configuration {
  /** Name in snapshots and messages. */
  readonly name: string;
  /** First of eight ports. */
  readonly ports: number;
  /**
   * `instant`: a character written is transmitted at once, one sent by the host is there at once. `baud`: each takes the
   * time that divisor latch and line control say.
   */
  readonly pacing: "instant" | "baud";
  /** Frequency at XIN. */
  readonly hertz: number;
}

/** The PC's first serial port. */
export const COM1: Uart16550Configuration = {
  name: "16550A COM1",
  ports: 0x3f8,
  pacing: "instant",
  hertz: 1_843_200,
};

const RBR_THR = 0, IER = 1, IIR_FCR = 2, LCR = 3, MCR = 4, LSR = 5, MSR = 6, SCR = 7;

const IER_ERBFI = 1, IER_ETBEI = 2, IER_ELSI = 4, IER_EDSSI = 8;
const IIR_NONE = 1,
  IIR_LINE = 6,
  IIR_DATA = 4,
  IIR_TIMEOUT = 12,
  IIR_EMPTY = 2,
  IIR_MODEM = 0,
  IIR_FIFOS = 0xc0;
const FCR_ENABLE = 1, FCR_RESET_RECEIVER = 2, FCR_RESET_TRANSMITTER = 4;
const LCR_STOP = 4, LCR_PARITY = 8, LCR_BREAK = 0x40, LCR_DLAB = 0x80;
const MCR_DTR = 1, MCR_RTS = 2, MCR_OUT1 = 4, MCR_OUT2 = 8, MCR_LOOP = 0x10;
const LSR_DR = 1, LSR_OE = 2, LSR_BI = 0x10, LSR_THRE = 0x20, LSR_TEMT = 0x40;
const MSR_CTS = 0x10, MSR_DSR = 0x20, MSR_RI = 0x40, MSR_DCD = 0x80;
const FIFO_DEPTH = 16;
/** Receiver trigger levels by FCR bits 6-7. */
const TRIGGERS = [1, 4, 8, 14] as const;

interface Uart16550State {
  IER: number;
  FCR: number;
  LCR: number;
  MCR: number;
  /** Error bits OE and BI that wait to be read. */
  errors: number;
  /** Modem status; bits 0-3 are the changes. */
  MSR: number;
  SCR: number;
  /** Divisor latch. */
  divisor: number;
  /** Receiver FIFO (or the one receiver buffer). */
  received: number[];
  /** Transmitter FIFO (or holding register). */
  transmit: number[];
  /** Character in the transmitter's shift register, -1 when empty. */
  shifting: number;
  /** THRE interrupt waits. */
  emptyPending: boolean;
  /** Character timeout waits. */
  timeout: boolean;
  /** What the host has sent and the receiver has not taken. */
  host: number[];
}

const POWER_UP: Uart16550State = {
  IER: 0,
  FCR: 0,
  LCR: 0,
  MCR: 0,
  errors: 0,
  MSR: MSR_CTS | MSR_DSR | MSR_DCD,
  SCR: 0,
  divisor: 12, // 9600 baud; the data sheet leaves it undefined
  received: [],
  transmit: [],
  shifting: -1,
  emptyPending: false,
  timeout: false,
  host: [],
};

/** One serial port. */
export class Uart16550 implements Device {
  readonly name: string;
  readonly #configuration: Uart16550Configuration;
  readonly #clock: Clock;
  readonly #oscillator: Oscillator;
  readonly #interrupt: Line;
  readonly #transmitted: (byte: number) => void;
  readonly #transmitTimer: Timer;
  readonly #receiveTimer: Timer;
  readonly #timeoutTimer: Timer;
  #state = copy(POWER_UP);

  /**
   * Attaches the chip's eight ports.
   *
   * @param interrupt the PC's IRQ wire.
   * @param transmitted receives every character (0..255) that leaves the chip.
   */
  constructor(
    bus: Bus,
    clock: Clock,
    interrupt: Line,
    transmitted: (byte: number) => void,
    configuration: Uart16550Configuration = COM1,
  ) {
    const { name, ports, hertz } = configuration;
    this.name = name;
    this.#configuration = configuration;
    this.#clock = clock;
    this.#oscillator = new Oscillator(hertz, clock.hertz);
    this.#interrupt = interrupt;
    this.#transmitted = transmitted;
    this.#transmitTimer = clock.timer(`${name} transmitter`, () => this.#shiftedOut());
    this.#receiveTimer = clock.timer(`${name} receiver`, () => this.#arrived());
    this.#timeoutTimer = clock.timer(`${name} timeout`, () => {
      this.#state.timeout = this.#state.received.length > 0;
      this.#update();
    });
    bus.attachPorts({
      owner: name,
      first: ports,
      last: ports + 7,
      read: (port) => this.#read(port - ports),
      write: (port, value) => this.#write(port - ports, value),
    });
  }

  /** Characters from the host, in order. */
  send(bytes: Iterable<number>): void {
    for (const byte of bytes) this.#state.host.push(byte & 0xff);
    this.#fetch();
  }

  /** Characters that the host has sent and the receiver has not taken yet. */
  get waiting(): number {
    return this.#state.host.length;
  }

  /** What the host has sent stays on the line over a reset. */
  reset(): void {
    this.#state = { ...copy(POWER_UP), host: this.#state.host };
    for (const timer of [this.#transmitTimer, this.#receiveTimer, this.#timeoutTimer]) timer.cancel();
    this.#update();
    this.#fetch();
  }

  /** Forgets what the host has sent. */
  discardInput(): void {
    this.#state.host = [];
    this.#receiveTimer.cancel();
  }

  save(): unknown {
    return copy(this.#state);
  }

  restore(state: unknown): void {
    this.#state = copy(state as Uart16550State);
  }

  get #fifos(): boolean {
    return (this.#state.FCR & FCR_ENABLE) !== 0;
  }

  get #loop(): boolean {
    return (this.#state.MCR & MCR_LOOP) !== 0;
  }

  #read(register: number): number {
    const state = this.#state;
    const dlab = (state.LCR & LCR_DLAB) !== 0;
    switch (register) {
      case RBR_THR:
        return dlab ? state.divisor & 0xff : this.#readReceiver();
      case IER:
        return dlab ? state.divisor >> 8 : state.IER;
      case IIR_FCR: {
        const identification = this.#identification();
        // Reading IIR resets the THRE interrupt if that is what it shows (table "Interrupt Control Functions").
        if (identification === IIR_EMPTY) {
          state.emptyPending = false;
          this.#update();
        }
        return identification | (this.#fifos ? IIR_FIFOS : 0);
      }
      case LCR:
        return state.LCR;
      case MCR:
        return state.MCR;
      case LSR: {
        const value = this.#lineStatus();
        state.errors = 0;
        this.#update();
        return value;
      }
      case MSR: {
        const value = state.MSR;
        state.MSR &= 0xf0;
        this.#update();
        return value;
      }
      default:
        return state.SCR;
    }
  }

  #write(register: number, value: number): void {
    const state = this.#state;
    const dlab = (state.LCR & LCR_DLAB) !== 0;
    switch (register) {
      case RBR_THR:
        if (dlab) state.divisor = state.divisor & 0xff00 | value;
        else this.#writeTransmitter(value);
        break;
      case IER:
        if (dlab) {
          state.divisor = state.divisor & 0xff | value << 8;
          break;
        }
        // Enabling the THRE interrupt while the holding register is empty raises it.
        if ((value & ~state.IER & IER_ETBEI) !== 0 && state.transmit.length === 0) state.emptyPending = true;
        state.IER = value & 0x0f;
        break;
      case IIR_FCR:
        this.#writeFifoControl(value);
        break;
      case LCR:
        if (this.#loop && (value & ~state.LCR & LCR_BREAK) !== 0) {
          this.#receive(0);
          state.errors |= LSR_BI;
        }
        state.LCR = value;
        break;
      case MCR:
        state.MCR = value & 0x1f;
        this.#setModemInputs();
        break;
      case SCR:
        state.SCR = value;
        break;
        // LSR and MSR: "intended for read operations only".
    }
    this.#update();
    this.#fetch();
  }

  #readReceiver(): number {
    const state = this.#state;
    const byte = state.received.shift() ?? 0;
    state.timeout = false;
    if (state.received.length > 0) this.#startTimeout();
    else this.#timeoutTimer.cancel();
    this.#update();
    this.#fetch();
    return byte;
  }

  #writeTransmitter(byte: number): void {
    const state = this.#state;
    state.emptyPending = false;
    if (this.#fifos) {
      // A full FIFO ignores the character; software writes only on THRE.
      if (state.transmit.length < FIFO_DEPTH) state.transmit.push(byte);
    } else {
      state.transmit = [byte];
    }
    this.#shift();
  }

  /** Moves characters from the FIFO into the shift register and out. */
  #shift(): void {
    const state = this.#state;
    while (state.shifting < 0 && state.transmit.length > 0) {
      state.shifting = state.transmit.shift()!;
      if (state.transmit.length === 0) state.emptyPending = true;
      if (this.#configuration.pacing === "baud") {
        this.#transmitTimer.set(this.#clock.now() + this.#characterCycles());
        return;
      }
      this.#deliver();
    }
  }

  #shiftedOut(): void {
    this.#deliver();
    this.#shift();
    this.#update();
  }

  #deliver(): void {
    const byte = this.#state.shifting;
    this.#state.shifting = -1;
    if (this.#loop) this.#receive(byte);
    else this.#transmitted(byte);
  }

  /** Puts a character into the receiver. */
  #receive(byte: number): void {
    const state = this.#state;
    const depth = this.#fifos ? FIFO_DEPTH : 1;
    if (state.received.length >= depth) {
      state.errors |= LSR_OE;
      // Without FIFOs the newer character destroys the older; a full FIFO keeps its contents.
      if (!this.#fifos) state.received = [byte];
    } else {
      state.received.push(byte);
    }
    this.#startTimeout();
  }

  /** Takes characters from the host as far as there is room and, with pacing, time. */
  #fetch(): void {
    const state = this.#state;
    if (this.#loop) return;
    const depth = this.#fifos ? FIFO_DEPTH : 1;
    if (this.#configuration.pacing === "baud") {
      const free = this.#receiveTimer.at === Infinity && state.received.length < depth;
      if (free && state.host.length > 0) this.#receiveTimer.set(this.#clock.now() + this.#characterCycles());
      return;
    }
    if (state.host.length === 0 || state.received.length >= depth) return;
    while (state.host.length > 0 && state.received.length < depth) this.#receive(state.host.shift()!);
    this.#update();
  }

  /** A character from the host is complete. */
  #arrived(): void {
    const byte = this.#state.host.shift();
    if (byte !== undefined) this.#receive(byte);
    this.#update();
    this.#fetch();
  }

  /** The timeout interrupt of the FIFO mode comes four character times after the last arrival or read. */
  #startTimeout(): void {
    if (this.#fifos) this.#timeoutTimer.set(this.#clock.now() + 4 * this.#characterCycles());
  }

  #characterCycles(): number {
    const { LCR: lcr, divisor } = this.#state;
    const bits = 1 + 5 + (lcr & 3) + ((lcr & LCR_PARITY) !== 0 ? 1 : 0) + ((lcr & LCR_STOP) !== 0 ? 2 : 1);
    return Math.max(1, this.#oscillator.cycleOf(bits * 16 * (divisor === 0 ? 65536 : divisor)));
  }

  #writeFifoControl(value: number): void {
    const state = this.#state;
    const switched = ((value ^ state.FCR) & FCR_ENABLE) !== 0;
    // "Changing from FIFO mode to 16450 mode and vice versa clears data from both FIFOs."
    if (switched || (value & FCR_RESET_RECEIVER) !== 0) {
      state.received = [];
      state.timeout = false;
      this.#timeoutTimer.cancel();
    }
    if (switched || (value & FCR_RESET_TRANSMITTER) !== 0) {
      if (state.transmit.length > 0) state.emptyPending = true;
      state.transmit = [];
    }
    // "FCR0 must already be 1 when the other bits are written or they will not be programmed."
    state.FCR = (value & FCR_ENABLE) !== 0 ? value & 0xc9 : 0;
  }

  /** Modem inputs follow the host, or in loopback the modem outputs; every change is remembered ("Modem Status Register"). */
  #setModemInputs(): void {
    const state = this.#state, control = state.MCR;
    let inputs = MSR_CTS | MSR_DSR | MSR_DCD;
    if (this.#loop) {
      inputs = ((control & MCR_RTS) !== 0 ? MSR_CTS : 0) | ((control & MCR_DTR) !== 0 ? MSR_DSR : 0) |
        ((control & MCR_OUT1) !== 0 ? MSR_RI : 0) | ((control & MCR_OUT2) !== 0 ? MSR_DCD : 0);
    }
    const changed = (inputs ^ state.MSR) & 0xf0;
    // The ring indicator counts only when it goes away (TERI, the trailing edge).
    const deltas = changed >> 4 & ~((inputs & MSR_RI) !== 0 ? 4 : 0);
    state.MSR = inputs | state.MSR & 0x0f | deltas;
  }

  #lineStatus(): number {
    const { received, transmit, shifting, errors } = this.#state;
    return errors | (received.length > 0 ? LSR_DR : 0) | (transmit.length === 0 ? LSR_THRE : 0) |
      (transmit.length === 0 && shifting < 0 ? LSR_TEMT : 0);
  }

  /** Bits 0-3 of IIR, by priority. */
  #identification(): number {
    const { IER: enabled, errors, received, timeout, emptyPending, FCR: fcr, MSR: msr } = this.#state;
    if ((enabled & IER_ELSI) !== 0 && errors !== 0) return IIR_LINE;
    if ((enabled & IER_ERBFI) !== 0) {
      const level = this.#fifos ? TRIGGERS[fcr >> 6 as 0 | 1 | 2 | 3] : 1;
      if (received.length >= level) return IIR_DATA;
      if (this.#fifos && timeout) return IIR_TIMEOUT;
    }
    if ((enabled & IER_ETBEI) !== 0 && emptyPending) return IIR_EMPTY;
    if ((enabled & IER_EDSSI) !== 0 && (msr & 0x0f) !== 0) return IIR_MODEM;
    return IIR_NONE;
  }

  #update(): void {
    this.#interrupt((this.#state.MCR & MCR_OUT2) !== 0 && this.#identification() !== IIR_NONE);
  }
}

function copy(state: Uart16550State): Uart16550State {
  return { ...state, received: [...state.received], transmit: [...state.transmit], host: [...state.host] };
}
