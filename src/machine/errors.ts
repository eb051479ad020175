/**
 * What can go wrong with a machine through its user's doing. What a guest does is never an error, but a status.
 *
 * @module
 */

/** A wrong option, an attachment that conflicts, or a request that the machine in its present state cannot fulfil. */
export class MachineError extends Error {
  /** The class's name. */
  override readonly name: string = "MachineError";
}

/** A snapshot that does not fit the machine, or bytes that are no snapshot. */
export class SnapshotError extends Error {
  /** The class's name. */
  override readonly name = "SnapshotError";
}

/** A guest did not finish within a limit; thrown by {@linkcode RunResult.orThrow} and by callers that need a finished guest. */
export class GuestLimitError extends Error {
  /** The class's name. */
  override readonly name = "GuestLimitError";
  /** How the run ended. */
  readonly status: string;
  /** Instructions and cycles it had used. */
  readonly instructions: number;
  /** Cycles it had used. */
  readonly cycles: number;

  /** Makes the error with its facts. */
  constructor(message: string, facts: { status: string; instructions: number; cycles: number }) {
    super(message);
    this.status = facts.status;
    this.instructions = facts.instructions;
    this.cycles = facts.cycles;
  }
}
