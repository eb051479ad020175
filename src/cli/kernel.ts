/** `ringlab kernel`: register Ringlab's kernel with Jupyter, or take it out again. */
import { installKernel, kernelDirectory, type KernelLocation, uninstallKernel } from "../lecture/mod.ts";
import { type Terminal, UsageError } from "./terminal.ts";

/** The options of `ringlab kernel install` and `uninstall`, as parsed. */
export interface KernelOptions {
  user?: boolean;
  prefix?: string;
  name?: string;
}

function location({ user, prefix, name }: KernelOptions): KernelLocation {
  if (user && prefix !== undefined) throw new UsageError("--user and --prefix exclude each other.");
  return { prefix, name };
}

/** Installs the kernelspec. */
export function install(options: KernelOptions, terminal: Terminal): number {
  const directory = installKernel(location(options));
  terminal.out(`Installed the kernel "Ringlab (Deno)" in ${directory}\n`);
  return 0;
}

/** Removes the kernelspec. */
export function uninstall(options: KernelOptions, terminal: Terminal): number {
  const where = location(options);
  const directory = uninstallKernel(where);
  if (directory === undefined) {
    terminal.err(`There is no kernelspec in ${kernelDirectory(where)}.\n`);
    return 1;
  }
  terminal.out(`Removed ${directory}\n`);
  return 0;
}
