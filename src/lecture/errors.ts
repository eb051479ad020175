/**
 * The errors of the lecture runner. Each says what was wrong, where, and what would be right, and carries the facts
 * as fields; all are {@link LectureError}s, so one `catch` shows any of them to a user.
 */

/** Base of every error the lecture runner reports: something a user can act on, never a bug's stack trace. */
export class LectureError extends Error {
  override name = "LectureError";
}

/** A file that is not a notebook Ringlab can run: unreadable, not JSON, not nbformat 4, or inconsistent in itself. */
export class NotebookFormatError extends LectureError {
  override name = "NotebookFormatError";
  /** Path of the notebook file. */
  readonly path: string;
  /** Every problem found, each with the place in the document, such as `cells[3].outputs[0].name`. */
  readonly problems: readonly string[];

  constructor(path: string, problems: readonly string[]) {
    const shown = problems.slice(0, 10).map((problem) => `\n  - ${problem}`).join("");
    const more = problems.length > 10 ? `\n  - and ${problems.length - 10} more` : "";
    super(`${path} is not a notebook that can be run:${shown}${more}`);
    this.path = path;
    this.problems = problems;
  }
}

/** A notebook asks for a kernel that is not offered. */
export class UnknownKernelError extends LectureError {
  override name = "UnknownKernelError";
  /** The kernel's name, as in `metadata.kernelspec.name`. */
  readonly kernel: string;
  /** The names that would have been right. */
  readonly available: readonly string[];

  constructor(kernel: string, available: readonly string[], where: string) {
    super(
      `${where} has no kernel named "${kernel}"; it offers ${
        available.map((name) => `"${name}"`).join(", ") || "none"
      }. ` +
        "Ringlab's own is installed for Jupyter by `ringlab kernel install`.",
    );
    this.kernel = kernel;
    this.available = available;
  }
}

/** The Jupyter Server could not be used: not reachable, not a Jupyter Server, or it refused the token. */
export class ServerError extends LectureError {
  override name = "ServerError";
  /** The server's address as given, without any token. */
  readonly url: string;
  /** What was wrong. */
  readonly reason: "unreachable" | "unauthorized" | "not-jupyter" | "failed";
  /** The HTTP status, when there was an answer. */
  readonly status: number | undefined;

  constructor(url: string, reason: ServerError["reason"], message: string, status?: number) {
    super(message);
    this.url = url;
    this.reason = reason;
    this.status = status;
  }
}

/** A kernel process could not be brought up. */
export class KernelStartError extends LectureError {
  override name = "KernelStartError";
  /** The last lines the process wrote to its standard error. */
  readonly stderr: string;

  constructor(message: string, stderr = "") {
    super(stderr === "" ? message : `${message}\n${indent(stderr)}`);
    this.stderr = stderr;
  }
}

/** The kernel went away while it was needed. */
export class KernelDiedError extends LectureError {
  override name = "KernelDiedError";
  /** What is known of the end: exit code or signal, and the last words on standard error. */
  readonly detail: string;

  constructor(detail: string) {
    super(`the kernel died${detail === "" ? "" : `: ${detail}`}`);
    this.detail = detail;
  }
}

/** The kernel did not answer, or a cell did not end, within its time. */
export class KernelTimeoutError extends LectureError {
  override name = "KernelTimeoutError";
  /** The limit that was passed, in seconds. */
  readonly seconds: number;

  constructor(message: string, seconds: number) {
    super(message);
    this.seconds = seconds;
  }
}

/** The server dropped outputs, so the executed notebook would not be true. */
export class OutputLostError extends LectureError {
  override name = "OutputLostError";
}

/** A message on a kernel's wire that is malformed or whose signature is wrong. */
export class WireError extends LectureError {
  override name = "WireError";
}

/** The run was stopped through its AbortSignal. */
export class AbortedError extends LectureError {
  override name = "AbortedError";

  constructor(what = "the run was stopped") {
    super(what);
  }
}

function indent(text: string): string {
  return text.trimEnd().split("\n").map((line) => `  | ${line}`).join("\n");
}
