/**
 * The monitor: dispatcher, allocator, interpreter, and the techniques of virtualization.
 *
 * @module
 */

export { FrameAllocator, type FrameOwner, type FrameUse } from "./allocator/frames.ts";
export { MONITOR_BASE, VECTOR_CALLOUT, VECTOR_CONTINUE, VECTOR_HYPERCALL } from "./area.ts";
export { type Resource, type ResourceRequests, RESOURCES } from "./allocator/allocator.ts";
export * from "./binary_translation/mod.ts";
export { type Routine, ROUTINES } from "./interpreter/routines.ts";
export type { KernelRing } from "./descriptors/deprivileged.ts";
export { MonitorError } from "./errors.ts";
export type { Interpretation } from "./interpreter/interpreter.ts";
export { GuestMemory, type GuestMemoryOptions } from "./memory/guest_memory.ts";
export { type PageFaultKind, type ShadowCounts, ShadowPager } from "./memory/shadow_pager.ts";
export { type TraceClient, Traces } from "./memory/traces.ts";
export { Monitor, type MonitorOptions } from "./monitor.ts";
export { type GuestOutcome, MonitorRun } from "./monitor_run.ts";
export { type Technique, type TechniqueName, TECHNIQUES } from "./technique.ts";
export {
  VirtualMachine,
  type VirtualMachineCounts,
  type VirtualMachineOptions,
  type VirtualMachineStatus,
} from "./virtual_machine.ts";
