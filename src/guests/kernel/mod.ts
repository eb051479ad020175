/**
 * The teaching kernel: a small IA-32 operating system to run natively and under every monitor.
 *
 * @module
 */

export {
  DEFAULT_WORKLOAD,
  GuestOptionError,
  type KernelSettings,
  type TeachingKernelOptions,
} from "./options.ts";
export { SENSITIVE_ACTS, type SensitiveAct } from "./sensitive.ts";
export { type KernelChapter, TeachingKernel, teachingKernel, type VolatileRange } from "./teaching_kernel.ts";
export type { WorkloadSize } from "./workload.ts";
