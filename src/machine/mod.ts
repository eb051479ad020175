/**
 * The PC round the processor: memory map, buses, clock, devices, loaders, and the Machine that holds them.
 *
 * @module
 */

export { Board, type BoardOptions, type Goal, type Outcome } from "./board.ts";
export * from "./bus.ts";
export * from "./clock.ts";
export { Console, CONSOLE_BYTES } from "./console.ts";
export { Cmos, POWER_UP_TIME } from "./devices/cmos.ts";
export { attachDebugExit, DEBUG_EXIT_PORT } from "./devices/debug_exit.ts";
export type { Device, Line } from "./devices/device.ts";
export { I8254, type I8254Configuration, PC_8254, PIT_HERTZ } from "./devices/i8254.ts";
export { I8259, type I8259Configuration, I8259Pair, MASTER_8259, SLAVE_8259 } from "./devices/i8259.ts";
export { POST_PORT, PostPort } from "./devices/post.ts";
export { SystemControl, type SystemControlWires } from "./devices/system_control.ts";
export { COM1, Uart16550, type Uart16550Configuration } from "./devices/uart16550.ts";
export * from "./errors.ts";
export type { Image, ImagePiece, StartState } from "./loaders/image.ts";
export { applyStartState } from "./start_state.ts";
export type { FlatOptions } from "./loaders/flat.ts";
export * from "./loaders/image_error.ts";
export {
  type ImageDescription,
  imageKind,
  type Loadable,
  prepareImage,
  type ProgramLike,
} from "./loaders/load.ts";
export { findMultibootHeader, type MultibootOptions } from "./loaders/multiboot.ts";
export { Machine, type MachineOptions, type RegisterName } from "./machine.ts";
export { MemoryImage } from "./memory_image.ts";
export { Pc, type PcOptions, type PcWires } from "./pc.ts";
export {
  CONVENTIONAL_END,
  EXTENDED_START,
  liesInRam,
  type MemoryMap,
  type MemoryRegion,
  PAGE_BYTES,
  parseRamSize,
  PhysicalMemory,
  type PhysicalMemoryOptions,
  RAM_LEAST,
  RAM_MOST,
  ramRegions,
} from "./physical_memory.ts";
export type { RunOptions, RunProgress, SyncRunOptions } from "./run_options.ts";
export { type HostedRun, type RunHost, setRunHost } from "./run_host.ts";
export * from "./run_result.ts";
export { parseSize } from "./size.ts";
export { type MachineShape, Snapshot, type SnapshotState } from "./snapshot.ts";
