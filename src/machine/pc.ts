/**
 * The devices of the PC, attached to one machine's buses.
 *
 * @module
 */

import type { Bus } from "./bus.ts";
import type { Clock } from "./clock.ts";
import { Cmos } from "./devices/cmos.ts";
import { attachDebugExit, DEBUG_EXIT_PORT } from "./devices/debug_exit.ts";
import type { Device } from "./devices/device.ts";
import { I8254 } from "./devices/i8254.ts";
import { I8259Pair } from "./devices/i8259.ts";
import { POST_PORT, PostPort } from "./devices/post.ts";
import { SystemControl } from "./devices/system_control.ts";
import { COM1, Uart16550 } from "./devices/uart16550.ts";

/** Which devices, and where. */
export interface PcOptions {
  /** Serial port: `instant` (default) or `baud` pacing, or none. */
  readonly serial?: "instant" | "baud" | false;
  /** Debug-exit port, default F4h; null for none. */
  readonly exitPort?: number | null;
  /** POST port, default 80h; null for none. */
  readonly postPort?: number | null;
}

/** What the devices act on. */
export interface PcWires {
  /** INTR. */
  interrupt(level: boolean): void;
  /** Address line 20. */
  setA20(open: boolean): void;
  /** RESET. */
  resetProcessor(): void;
  /** The guest wrote to the debug-exit port. */
  exit(code: number): void;
  /** A byte left the serial port. */
  transmitted(byte: number): void;
}

const SERIAL_IRQ = 4, RTC_IRQ = 8;

/** All devices of a PC. */
export class Pc {
  /** The two 8259As. */
  readonly interruptControllers: I8259Pair;
  /** The 8254. */
  readonly timer: I8254;
  /** The serial port, if there is one. */
  readonly serial: Uart16550 | undefined;
  /** The POST port, if there is one. */
  readonly post: PostPort | undefined;
  /** A20 and reset. */
  readonly control: SystemControl;
  /** The real-time clock. */
  readonly cmos: Cmos;
  /** In the order in which they are reset, saved and restored: those that drive wires before those that end them. */
  readonly devices: readonly Device[];

  /** Attaches all devices. */
  constructor(bus: Bus, clock: Clock, wires: PcWires, options: PcOptions) {
    this.interruptControllers = new I8259Pair(bus, wires.interrupt);
    const { slave, master } = this.interruptControllers;
    const line = (irq: number) => this.interruptControllers.line(irq);
    this.timer = new I8254(bus, clock, line(0));
    this.cmos = new Cmos(bus, clock, line(RTC_IRQ), bus.memory.ramBytes);
    this.control = new SystemControl(bus, wires);
    const { serial = "instant", exitPort = DEBUG_EXIT_PORT, postPort = POST_PORT } = options;
    if (serial !== false) {
      this.serial = new Uart16550(bus, clock, line(SERIAL_IRQ), wires.transmitted, {
        ...COM1,
        pacing: serial,
      });
    }
    if (postPort !== null) this.post = new PostPort(bus, postPort);
    if (exitPort !== null) attachDebugExit(bus, exitPort, wires.exit);
    const optional = [this.serial, this.post].filter((device) => device !== undefined);
    this.devices = [this.timer, this.cmos, this.control, ...optional, slave, master];
  }
}
