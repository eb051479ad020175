/**
 * The least machine that a conformance guest runs on: a processor, RAM, the guest's ROM, a serial transmitter and an exit port.
 * What is wrong in a run on it is the processor's fault.
 *
 * @module
 */

import { type BusPort, Cpu, type CpuOptions, LEDGER_OFFSET, STATE_BYTES, type StopReason } from "../../src/cpu/mod.ts";
import { Ledger, profileByName } from "../../src/cycles/mod.ts";

const RAM_BYTES = 8 << 20;
const ROM_BYTES = 0x10000;
const COM1 = 0x3f8, EXIT = 0xf4;

/** Memory as in a PC: RAM, the ROM at F0000h and at the top of 4 GiB; ports of a transmitter that is always ready. */
class BareBus implements BusPort {
  serial = "";
  exitCode: number | undefined;
  /** Called when the guest writes to the exit port. */
  onExit: () => void = () => {};
  /** Called for ports that are not one of the machine's. */
  onPortWrite: (port: number, size: number, value: number) => void = () => {};

  frame(page: number): number {
    if (page >= 0xffff0 || (page >= 0xf0 && page < 0x100)) return STATE_BYTES + RAM_BYTES + (page & 15) * 4096;
    return page < RAM_BYTES >> 12 ? STATE_BYTES + page * 4096 : -1;
  }

  writable(page: number): boolean {
    return page < RAM_BYTES >> 12 && (page < 0xf0 || page >= 0x100);
  }

  physicalRead(_address: number, size: 1 | 2 | 4): number {
    return 2 ** (8 * size) - 1;
  }

  physicalWrite(): void {}

  portRead(port: number, size: 1 | 2 | 4): number {
    return port === COM1 + 5 ? 0x60 : 2 ** (8 * size) - 1;
  }

  portWrite(port: number, size: 1 | 2 | 4, value: number): void {
    if (port === COM1 && (this.#lineControl & 0x80) === 0) this.serial += String.fromCharCode(value & 0xff);
    else if (port === COM1 + 3) this.#lineControl = value;
    else if (port === EXIT) {
      this.exitCode = value;
      this.onExit();
    } else this.onPortWrite(port, size, value);
  }

  acknowledgeInterrupt(): number {
    return 0x20;
  }

  #lineControl = 0;
}

/** A processor with its bus. */
export interface BareMachine {
  readonly cpu: Cpu;
  readonly bus: BareBus;
}

/** Makes a machine; `rom` is what lies at the top of memory. */
export function bareMachine(rom: Uint8Array, options: Partial<CpuOptions> = {}): BareMachine {
  const pages = (STATE_BYTES + RAM_BYTES + ROM_BYTES) / 65536;
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
  new Uint8Array(memory.buffer).set(rom, STATE_BYTES + RAM_BYTES + ROM_BYTES - rom.length);
  const bus = new BareBus();
  const ledger = new Ledger(memory.buffer, LEDGER_OFFSET);
  const cpu = new Cpu({ memory, bus, ledger, profile: profileByName("pentium4-672"), ...options });
  bus.onExit = () => cpu.stop();
  return { cpu, bus };
}

/** Runs until the guest is done, or for `cycles`. */
export function runBare({ cpu }: BareMachine, cycles = 2e9): StopReason {
  return cpu.run(cpu.now() + cycles);
}
