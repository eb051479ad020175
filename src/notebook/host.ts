/** Where this program runs: inside Deno's Jupyter kernel, with a cell to write to, or elsewhere. */

/** The part of `Deno.jupyter` that is used here. */
interface DenoJupyter {
  broadcast(type: string, content: Record<string, unknown>, extra?: Record<string, unknown>): Promise<void>;
}

/** A way to write into the cell that is running, or that ran last. */
export interface CellHost {
  /** Sends one message on the kernel's IOPub channel, as a child of the latest cell. */
  broadcast(type: string, content: Record<string, unknown>): Promise<void>;
}

/** The kernel's host, or undefined outside a Deno Jupyter kernel. */
export function cellHost(): CellHost | undefined {
  const deno = (globalThis as { Deno?: { jupyter?: DenoJupyter } }).Deno;
  try {
    // Outside a kernel the getter throws.
    const jupyter = deno?.jupyter;
    return jupyter && { broadcast: (type, content) => jupyter.broadcast(type, content) };
  } catch {
    return undefined;
  }
}

/** Whether this program runs inside a Deno Jupyter kernel. */
export function inNotebook(): boolean {
  return cellHost() !== undefined;
}

/** Writes a line to the cell's error stream in a notebook, to standard error elsewhere. Never throws. */
export async function tell(text: string): Promise<void> {
  const host = cellHost();
  const line = text.endsWith("\n") ? text : `${text}\n`;
  try {
    if (host) await host.broadcast("stream", { name: "stderr", text: line });
    else console.error(text);
  } catch {
    console.error(text);
  }
}
