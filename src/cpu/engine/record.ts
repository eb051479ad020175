/**
 * Decoded code: micro-operations as fixed-size records in one Int32Array. An instruction becomes one or a few of them (load
 * the memory operand, work, store it back), or a single GENERIC one that calls its routine in `semantics/`.
 *
 * @module
 */

/** Words per record, a power of two: a record is one 64-byte cache line. */
export const RECORD = 16;

/** Records the code cache holds, a power of two; when they are used up, all of it is thrown away. */
export const RECORDS = 1 << 16;
/** Leaves the word of a record as it is. */
export const RECORDS_MASK = (RECORDS - 1) * RECORD;

/** Fields of a record. Those a micro-operation does not use are 0. */
export const R_OP = 0;
/** Destination: register slot (32-bit), index into u16 or byte offset into u8, by the micro-operation's size. */
export const R_A = 1;
/** Source, in the same terms. */
export const R_B = 2;
/** Immediate. */
export const R_IMM = 3;
/** Memory operand: slots of base and index register (ZERO for none), scale, displacement, segment, address mask. */
export const R_BASE = 4;
export const R_INDEX = 5;
export const R_SCALE = 6;
export const R_DISP = 7;
export const R_SEGMENT = 8;
export const R_MASK = 9;
/** Branches have no memory operand: record and epoch of the two successors, patched when first taken, and the target EIP. */
export const R_TAKEN = 4;
export const R_TAKEN_EPOCH = 5;
export const R_NEXT = 6;
export const R_NEXT_EPOCH = 7;
export const R_TARGET = 8;
/** EIP of the instruction, and of the one behind it. */
export const R_EIP = 10;
export const R_NEXT_EIP = 11;
/** What the block's totals charge for the instructions behind this one. */
export const R_UNSPENT = 12;
export const R_UNRETIRED = 13;
/** Index of the decoded instruction, for GENERIC. */
export const R_INSTRUCTION = 14;
/** The header, which every block begins with: what entering the block charges, in cycles and in instructions. */
export const R_BLOCK_CYCLES = 0;
export const R_BLOCK_COUNT = 1;

/** Entries of the jump cache, direct mapped by branch target, of four words each: EIP, mode key, epoch, record. */
export const JUMP_ENTRIES = 4096;
export const JUMP_INDEX = JUMP_ENTRIES - 1;

/** How the fast loop tells why it stopped, in the bits below a record's size: 0, one of these, R_TAKEN or R_NEXT. */
export const EXIT_FIND = 1;
export const EXIT_BUDGET = 2;
