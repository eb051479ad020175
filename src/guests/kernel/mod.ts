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
export {
  type Hypercall,
  HYPERCALL_ERRORS,
  HYPERCALL_VECTOR,
  type HypercallRegister,
  HYPERCALLS,
  PARAVIRTUAL_MAGIC,
  SHARED_PAGE,
  TRAP_FLAGS,
} from "./hypercalls.ts";
export { SENSITIVE_ACTS, type SensitiveAct } from "./sensitive.ts";
export { type KernelChapter, TeachingKernel, teachingKernel, type VolatileRange } from "./teaching_kernel.ts";
export type { WorkloadSize } from "./workload.ts";
