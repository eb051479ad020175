/**
 * From a kernel's messages to the outputs of cells, as a notebook stores them.
 *
 * An output belongs to the cell whose request it answers (`parent_header.msg_id`). One that answers no cell's request
 * (printed by a timer before the first cell, say) belongs to the cell that runs, or ran last, when it arrives.
 */
import type { DataOutput, Json, MimeBundle, Output } from "./notebook.ts";

/** A message on IOPub, as far as outputs are concerned. */
export interface OutputMessage {
  header: { msg_type: string };
  parent_header: { msg_id?: string };
  content: Record<string, unknown>;
}

interface Slot {
  outputs: Output[];
  /** `clear_output(wait=true)`: clear when the next output comes. */
  clearNext: boolean;
}

const OUTPUT_TYPES = new Set([
  "stream",
  "display_data",
  "execute_result",
  "error",
  "update_display_data",
  "clear_output",
]);

/** Makes consecutive texts on one stream one output. */
export function mergeStreams(outputs: readonly Output[]): Output[] {
  const merged: Output[] = [];
  for (const output of outputs) {
    const last = merged.at(-1);
    if (output.output_type === "stream" && last?.output_type === "stream" && last.name === output.name) {
      merged[merged.length - 1] = { ...last, text: last.text + output.text };
    } else merged.push(output);
  }
  return merged;
}

/** Gathers the outputs of one notebook's cells. */
export class OutputCollector {
  readonly #slots = new Map<string, Slot>();
  readonly #displays = new Map<string, DataOutput[]>();
  #current: Slot | undefined;

  /** Announces the request of the next cell, before it is sent. */
  begin(messageId: string): void {
    this.#current = { outputs: [], clearNext: false };
    this.#slots.set(messageId, this.#current);
  }

  /** The outputs of a cell so far; consecutive texts on one stream are one output. */
  outputs(messageId: string): Output[] {
    return this.#slots.get(messageId)?.outputs ?? [];
  }

  /** The outputs so far of the cell that runs, or ran last. */
  current(): Output[] {
    return this.#current?.outputs ?? [];
  }

  /** Takes a message; true when it was an output (or cleared or updated one). */
  take(message: OutputMessage): boolean {
    const type = message.header.msg_type;
    if (!OUTPUT_TYPES.has(type)) return false;
    const { content } = message;
    if (type === "update_display_data") {
      this.#update(content);
      return true;
    }
    const slot = this.#slots.get(message.parent_header.msg_id ?? "") ?? this.#current;
    if (slot === undefined) return true;
    if (type === "clear_output") {
      if (content["wait"]) slot.clearNext = true;
      else slot.outputs.length = 0;
      return true;
    }
    if (slot.clearNext) {
      slot.outputs.length = 0;
      slot.clearNext = false;
    }
    this.#add(slot, type, content);
    return true;
  }

  #add(slot: Slot, type: string, content: Record<string, unknown>): void {
    if (type === "stream") {
      const name = content["name"] === "stderr" ? "stderr" : "stdout";
      const text = String(content["text"]);
      const last = slot.outputs.at(-1);
      if (last?.output_type === "stream" && last.name === name) last.text += text;
      else slot.outputs.push({ output_type: "stream", name, text });
    } else if (type === "error") {
      slot.outputs.push({
        output_type: "error",
        ename: String(content["ename"]),
        evalue: String(content["evalue"]),
        traceback: (content["traceback"] as string[] | undefined) ?? [],
      });
    } else {
      const output = {
        output_type: type as DataOutput["output_type"],
        data: (content["data"] ?? {}) as MimeBundle,
        metadata: (content["metadata"] ?? {}) as Record<string, Json>,
      } as DataOutput;
      if (type === "execute_result") output.execution_count = (content["execution_count"] as number) ?? null;
      slot.outputs.push(output);
      const id = displayId(content);
      if (id !== undefined) this.#displays.set(id, [...(this.#displays.get(id) ?? []), output]);
    }
  }

  /** A display that was shown in several places changes in all of them, whichever cell asks for it. */
  #update(content: Record<string, unknown>): void {
    for (const output of this.#displays.get(displayId(content) ?? "") ?? []) {
      output.data = content["data"] as MimeBundle;
      output.metadata = (content["metadata"] ?? {}) as Record<string, Json>;
    }
  }
}

function displayId(content: Record<string, unknown>): string | undefined {
  const transient = content["transient"] as { display_id?: string } | undefined;
  return transient?.display_id;
}
