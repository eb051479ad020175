/**
 * Long runs that the Stop button can end, with the kernel and its variables kept.
 *
 * What Deno 2.9.6 does with an `interrupt_request` (measured against a real kernel, kernelspec with
 * `"interrupt_mode": "message"`): it calls V8's TerminateExecution at once, from another thread. Then it depends on where
 * JavaScript is.
 *
 * - In the part of a cell before its first `await`: the stack is unwound without running any `catch` or `finally`, the cell
 *   ends with the bare error "Execution failed", variables are kept.
 * - In code that runs after an `await` (a microtask): that stack is unwound too, but the promise of the interrupted
 *   async function is never settled, so the cell hangs. Timers and other promises go on. The cell ends (again
 *   "Execution failed") when its promise is garbage-collected, which one can force.
 * - Nowhere, because the cell waits in an `await`: the request stays pending and strikes the event loop's next entry into
 *   JavaScript, and every entry after it. No timer fires any more, the cell never ends, a second interrupt does not help:
 *   only a restart does.
 *
 * So an interrupt must be kept away from a run. Ringlab's kernel launcher does that (`kernel.ts`): it asks through a file
 * first and terminates only JavaScript that does not answer. A run made with {@link interruptible} looks for the file
 * between two slices, ends there, and the machine is consistent. If an interrupt hits a slice all the same (Deno's own
 * kernelspec, without the launcher), a heartbeat notices that the slice never came back, and the run ends with the same
 * error, marked as torn.
 */
import { StopFile } from "./stop.ts";

/** What {@link interruptible} needs to know about a run. */
export interface InterruptibleRun {
  /**
   * Runs up to about `budget` units of work (cycles, instructions) and returns whether there is more to do. Must return
   * within a fraction of a second, and must not be asynchronous.
   */
  readonly step: (budget: number) => boolean;
  /** Units of the first slice; later slices are sized to take about `sliceMs`. */
  readonly budget?: number;
  /** The most units of one slice. */
  readonly maxBudget?: number;
  /** How long a slice should take, in milliseconds of host time. */
  readonly sliceMs?: number;
  /** Ends the run between two slices, with the result "aborted". */
  readonly signal?: AbortSignal;
  /** Called after every slice. */
  readonly progress?: () => void;
  /** How far the run has come, for the message: "12,000,000 cycles". */
  readonly describe?: () => string;
  /** Called if a slice was cut off in the middle, so that the run can mark its state as doubtful or mend it. */
  readonly torn?: () => void;
}

/** Raised by a run that the Stop button ended. */
export class StoppedError extends Error {
  override name = "StoppedError";
  /** How far the run had come: "12,000,000 cycles". */
  readonly after: string;
  /** Whether the run was cut off in the middle of a slice instead of ending between two. */
  readonly torn: boolean;
  constructor(after: string, torn: boolean) {
    const rest = torn
      ? "it was cut off in the middle of an instruction: continue from a snapshot. Ringlab's own kernel ends runs cleanly"
      : "the machine can be continued";
    super(`Stopped by the Stop button${after === "" ? "" : ` after ${after}`}; ${rest}.`);
    this.after = after;
    this.torn = torn;
  }
}

/** How often the heartbeat looks for a slice that was cut off, in milliseconds. */
const heartbeatMs = 100;

let active = 0;

/** Whether a run is going on that answers to the Stop button itself. */
export function runActive(): boolean {
  return active > 0;
}

/** The kernel's end of the channel through which the Stop button asks. */
export type StopChannel = Pick<StopFile, "requested" | "answer">;

/** A run that is cut into slices by awaiting pauses. */
export interface DrivenRun<T> {
  /**
   * The run. It awaits `pause()` before its first slice and then every fraction of a second, at places where its state is
   * consistent, and awaits nothing else. When `pause` gives true, the Stop button was pressed: the run ends as soon as it can.
   */
  readonly body: (pause: () => Promise<boolean>) => Promise<T>;
  /** How far the run has come, for the message: "12,000,000 cycles". */
  readonly describe?: () => string;
  /** Called if a slice was cut off in the middle, so that the run can mark its state as doubtful or mend it. */
  readonly torn?: () => void;
}

/**
 * Drives a run that slices itself, such as a machine's.
 *
 * @returns what the run returns, unless it was stopped.
 * @throws {StoppedError} when the Stop button was pressed, after the run has ended.
 * @throws whatever the run throws.
 */
export function drive<T>(
  run: DrivenRun<T>,
  stop: StopChannel | undefined = StopFile.fromEnvironment(),
): Promise<T> {
  const { body, torn, describe = () => "" } = run;
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  let slicing = false;
  let stopped = false;
  active++;

  // A timer can only run while no slice is on the stack. If one seems to be, it was unwound.
  const heartbeat = setInterval(() => {
    if (!slicing) return;
    slicing = false;
    torn?.();
    reject(new StoppedError(describe(), true));
  }, heartbeatMs);

  const pause = async () => {
    slicing = false;
    // Before the first slice too: a slice in a cell's synchronous part would take the whole cell down with it.
    await giveWay();
    stopped ||= (stop?.requested() && stop.answer("run")) ?? false;
    slicing = true;
    return stopped;
  };
  body(pause).then((value) => {
    if (stopped) reject(new StoppedError(describe(), false));
    else resolve(value);
  }, reject);
  return promise.finally(() => {
    slicing = false;
    active--;
    clearInterval(heartbeat);
  });
}

/**
 * Runs a long computation in slices, giving way to the event loop between them, so that output appears, signals arrive
 * and the Stop button works.
 *
 * Outside a notebook it is a plain loop with pauses. The size of a slice depends on host time, so the result of the
 * computation must not depend on where slices end.
 *
 * @returns "finished" when `step` says that there is no more to do, "aborted" when the signal fired.
 * @throws {StoppedError} when the Stop button was pressed.
 * @throws whatever `step` throws.
 * @example
 * ```ts
 * import { interruptible } from "ringlab";
 * let left = 1e6;
 * const end = await interruptible({ step: (budget) => (left -= Math.min(left, budget)) > 0 });
 * if (end !== "finished" || left !== 0) throw new Error("the run did not finish");
 * ```
 */
export function interruptible(run: InterruptibleRun, stop?: StopChannel): Promise<"finished" | "aborted"> {
  const { step, signal, progress, describe, torn, sliceMs = 50, maxBudget = 2 ** 31 } = run;
  let budget = run.budget ?? 100_000;
  const body = async (pause: () => Promise<boolean>) => {
    while (!await pause()) {
      if (signal?.aborted) return "aborted";
      const start = performance.now();
      if (!step(budget)) return "finished";
      const took = Math.max(0.05, performance.now() - start);
      budget = Math.min(
        maxBudget,
        Math.max(1, Math.ceil(budget * Math.min(8, Math.max(1 / 8, sliceMs / took)))),
      );
      progress?.();
    }
    return "aborted";
  };
  return drive({ body, ...(describe ? { describe } : {}), ...(torn ? { torn } : {}) }, stop);
}

/** Lets timers, messages and output have their turn. `setImmediate` returns within microseconds, a timer in one millisecond. */
function giveWay(): Promise<void> {
  const { setImmediate } = globalThis as { setImmediate?: (callback: () => void) => void };
  return new Promise((resolve) => setImmediate ? setImmediate(resolve) : setTimeout(resolve, 0));
}
