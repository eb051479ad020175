/**
 * What opens and closes address line A20 and resets the processor: system control port A (92h) and as much of the 8042
 * keyboard controller (60h, 64h) as does the same job. No keyboard is attached.
 *
 * Source: IBM PS/2 Hardware Interface Technical Reference, "System Control Port A"; IBM PC AT Technical Reference,
 * "8042 Keyboard Controller" (commands 20h, 60h, AAh, ABh, ADh, AEh, D0h, D1h, F0h-FFh).
 *
 * @module
 */

import type { Bus } from "../bus.ts";
import type { Device } from "./device.ts";

/** What the two ports act on. */
export interface SystemControlWires {
  /** Address line 20: false masks it, as in an 8086. */
  setA20(open: boolean): void;
  /** The processor's RESET pin. */
  resetProcessor(): void;
}

interface SystemControlState {
  a20: boolean;
  /** Output buffer of the 8042, or -1. */
  output: number;
  /** Command byte. */
  command: number;
  /** Command whose data byte is awaited, or -1. */
  expects: number;
  /** Port 92h, bits other than 0 and 1. */
  portA: number;
}

const POWER_UP: SystemControlState = { a20: true, output: -1, command: 0x61, expects: -1, portA: 0 };

const STATUS_OUTPUT_FULL = 1, STATUS_SYSTEM = 4, STATUS_COMMAND = 8, STATUS_UNLOCKED = 0x10;
const OUTPUT_PORT_RESET = 1, OUTPUT_PORT_A20 = 2;

/** Port 92h and the 8042. A20 is open at power-up, since no firmware runs that would open it. */
export class SystemControl implements Device {
  readonly name = "system control";
  readonly #wires: SystemControlWires;
  #state: SystemControlState = { ...POWER_UP };
  #lastWasCommand = false;

  /** Attaches ports 60h, 64h and 92h. */
  constructor(bus: Bus, wires: SystemControlWires) {
    this.#wires = wires;
    const owner = this.name;
    bus.attachPorts({
      owner,
      first: 0x92,
      last: 0x92,
      read: () => this.#state.portA | (this.#state.a20 ? 2 : 0),
      write: (_, value) => {
        this.#state.portA = value & 0xfc;
        this.#setA20((value & 2) !== 0);
        if ((value & 1) !== 0) this.#wires.resetProcessor();
      },
    });
    bus.attachPorts({
      owner,
      first: 0x60,
      last: 0x60,
      read: () => {
        const value = Math.max(0, this.#state.output);
        this.#state.output = -1;
        return value;
      },
      write: (_, value) => this.#data(value),
    });
    bus.attachPorts({
      owner,
      first: 0x64,
      last: 0x64,
      read: () =>
        (this.#state.output >= 0 ? STATUS_OUTPUT_FULL : 0) | STATUS_SYSTEM | STATUS_UNLOCKED |
        (this.#lastWasCommand ? STATUS_COMMAND : 0),
      write: (_, value) => this.#command(value),
    });
  }

  /** Whether A20 is open. */
  get a20(): boolean {
    return this.#state.a20;
  }

  reset(): void {
    this.#state = { ...POWER_UP };
    this.#lastWasCommand = false;
    this.#wires.setA20(true);
  }

  save(): unknown {
    return { ...this.#state, lastWasCommand: this.#lastWasCommand };
  }

  /** A20 itself belongs to the processor's state. */
  restore(state: unknown): void {
    const { lastWasCommand, ...rest } = state as SystemControlState & { lastWasCommand: boolean };
    this.#state = rest;
    this.#lastWasCommand = lastWasCommand;
  }

  #setA20(open: boolean): void {
    if (open === this.#state.a20) return;
    this.#state.a20 = open;
    this.#wires.setA20(open);
  }

  #command(value: number): void {
    const state = this.#state;
    this.#lastWasCommand = true;
    state.expects = -1;
    switch (value) {
      case 0x20:
        state.output = state.command;
        break;
      case 0x60:
      case 0xd1:
        state.expects = value;
        break;
      case 0xaa: // self-test passed
        state.output = 0x55;
        break;
      case 0xab: // interface test passed
        state.output = 0;
        break;
      case 0xad: // disable, enable the keyboard
        state.command |= 0x10;
        break;
      case 0xae:
        state.command &= ~0x10;
        break;
      case 0xc0: // input port: not locked
        state.output = 0x80;
        break;
      case 0xd0:
        state.output = OUTPUT_PORT_RESET | (state.a20 ? OUTPUT_PORT_A20 : 0);
        break;
      default:
        // F0h-FFh pulse the output port's bits that are 0 in the command; bit 0 is the processor's RESET.
        if (value >= 0xf0 && (value & OUTPUT_PORT_RESET) === 0) this.#wires.resetProcessor();
    }
  }

  #data(value: number): void {
    const { expects } = this.#state;
    this.#state.expects = -1;
    this.#lastWasCommand = false;
    if (expects === 0x60) this.#state.command = value;
    if (expects !== 0xd1) return; // a byte for the keyboard that is not there
    this.#setA20((value & OUTPUT_PORT_A20) !== 0);
    if ((value & OUTPUT_PORT_RESET) === 0) this.#wires.resetProcessor();
  }
}
