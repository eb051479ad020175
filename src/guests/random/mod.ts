/**
 * Random kernels for showing that a monitor and the bare machine do the same.
 *
 * @module
 */

export {
  assembleRandomKernel,
  planRandomKernel,
  RANDOM_FAMILIES,
  RANDOM_KERNEL_BYTES,
  RANDOM_KERNEL_STACKS,
  type RandomKernel,
  randomKernel,
  type RandomKernelOptions,
  type RandomKernelPlan,
  randomKernelSource,
  USER_SENSITIVE_FAMILIES,
} from "./kernel.ts";
export { Random } from "./random.ts";
export { shrinkRandomKernel, type StillShows } from "./shrink.ts";
export type { Step } from "./step.ts";
