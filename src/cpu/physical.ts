/**
 * Guest-physical memory as the processor reaches it: RAM and ROM directly, devices through the bus, and a word to the code
 * cache whenever bytes change that may have been decoded.
 *
 * @module
 */

import type { Cpu } from "./cpu.ts";

/** Reads an aligned or in-page 32-bit word at a guest-physical address. Signed result. */
export function physicalRead32(cpu: Cpu, address: number): number {
  const frame = cpu.bus.frame(address >>> 12);
  return frame >= 0
    ? cpu.view.getInt32(frame + (address & 0xfff), true)
    : cpu.bus.physicalRead(address >>> 0, 4) | 0;
}

/** Writes a 32-bit word that does not cross a page. */
export function physicalWrite32(cpu: Cpu, address: number, value: number): void {
  physicalWrite(cpu, address, 4, value);
}

/** Reads 1, 2 or 4 bytes that do not cross a page. Unsigned result for 1 and 2 bytes, signed for 4. */
export function physicalRead(cpu: Cpu, address: number, size: 1 | 2 | 4): number {
  const frame = cpu.bus.frame(address >>> 12);
  if (frame < 0) {
    cpu.chargeDeviceMemory();
    return size === 4
      ? cpu.bus.physicalRead(address >>> 0, 4) | 0
      : cpu.bus.physicalRead(address >>> 0, size);
  }
  const host = frame + (address & 0xfff);
  switch (size) {
    case 1:
      return cpu.u8[host]!;
    case 2:
      return cpu.view.getUint16(host, true);
    default:
      return cpu.view.getInt32(host, true);
  }
}

/** Writes 1, 2 or 4 bytes that do not cross a page; decoded code they belong to is thrown away. */
export function physicalWrite(cpu: Cpu, address: number, size: 1 | 2 | 4, value: number): void {
  const page = address >>> 12;
  const frame = cpu.bus.frame(page);
  if (frame < 0 || !cpu.bus.writable(page)) {
    cpu.chargeDeviceMemory();
    cpu.bus.physicalWrite(
      address >>> 0,
      size,
      size === 4 ? value >>> 0 : value & (size === 2 ? 0xffff : 0xff),
    );
    return;
  }
  const host = frame + (address & 0xfff);
  if (cpu.code.holdsCode(frame)) cpu.code.onWrite(host, size);
  switch (size) {
    case 1:
      cpu.u8[host] = value;
      break;
    case 2:
      cpu.view.setInt16(host, value, true);
      break;
    default:
      cpu.view.setInt32(host, value, true);
  }
}
