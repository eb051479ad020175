/** The embedded gateway: a Jupyter Server in a value, for running kernels without Python. */
export { Gateway, type GatewayOptions } from "./gateway.ts";
export type { KernelExit } from "./kernel_process.ts";
