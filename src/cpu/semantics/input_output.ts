/**
 * IN and OUT.
 *
 * @module
 */

import { eventNumber } from "../../cycles/mod.ts";
import type { Cpu, Handler } from "../cpu.ts";
import { notePortAccess } from "../debug.ts";
import { load, store } from "../operands.ts";
import { checkPortAccess } from "../tss.ts";

const EVENT_PORT_READ = eventNumber("port-read");
const EVENT_PORT_WRITE = eventNumber("port-write");

/** Reads a port that the program may use: bus cycle, counts, breakpoints. */
export function readPort(cpu: Cpu, port: number, size: 1 | 2 | 4): number {
  cpu.charge(cpu.costs.event["port-access"]);
  cpu.ledger.count(EVENT_PORT_READ);
  notePortAccess(cpu, port, size);
  return cpu.bus.portRead(port, size) | 0;
}

/** Writes a port that the program may use. */
export function writePort(cpu: Cpu, port: number, size: 1 | 2 | 4, value: number): void {
  cpu.charge(cpu.costs.event["port-access"]);
  cpu.ledger.count(EVENT_PORT_WRITE);
  notePortAccess(cpu, port, size);
  cpu.bus.portWrite(port, size, size === 4 ? value >>> 0 : value & (size === 2 ? 0xffff : 0xff));
}

const input: Handler = (cpu, instruction) => {
  const size = instruction.operands[0]!.size as 1 | 2 | 4;
  const port = load(cpu, instruction, 1) & 0xffff;
  checkPortAccess(cpu, port, size);
  store(cpu, instruction, 0, readPort(cpu, port, size));
};

const output: Handler = (cpu, instruction) => {
  const size = instruction.operands[1]!.size as 1 | 2 | 4;
  const port = load(cpu, instruction, 0) & 0xffff;
  checkPortAccess(cpu, port, size);
  writePort(cpu, port, size, load(cpu, instruction, 1));
};

/** Routines of the family "input-output". */
export const inputOutput = { in: input, out: output } satisfies Record<string, Handler>;
