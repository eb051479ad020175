/** Runs notebooks headless against a real Deno kernel, and makes a site of them. */
export * from "./errors.ts";
export {
  installKernel,
  KERNEL_NAME,
  kernelDirectory,
  type KernelLocation,
  type KernelSpec,
  kernelSpec,
  projectRoot,
  uninstallKernel,
  userDataDirectory,
} from "./kernelspec.ts";
export {
  type Cell,
  type CellMetadata,
  type CodeCell,
  type DataOutput,
  type ErrorOutput,
  formatNotebook,
  hasTag,
  type Json,
  type MimeBundle,
  type Notebook,
  notebookTitle,
  type Output,
  parseNotebook,
  readNotebook,
  type StreamOutput,
  type TextCell,
  writeNotebook,
} from "./notebook.ts";
export { notebookProblems } from "./nbformat.ts";
export {
  type CellFailure,
  executeNotebook,
  type ExecuteOptions,
  type LectureEvent,
  type NotebookResult,
  runNotebooks,
  type RunOptions,
  withoutOutputs,
} from "./run.ts";
export {
  embeddedServer,
  kernelNames,
  type KernelServer,
  remoteServer,
  type RemoteServerOptions,
} from "./server.ts";
export { type CellResult, KernelSession, type SessionOptions } from "./session.ts";
export { compareNotebooks, type NotebookDifference, VOLATILE } from "./compare.ts";
export { buildSite, type SiteNotebook } from "./site/mod.ts";
