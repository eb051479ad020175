/**
 * The assembler: NASM's language, assembled to flat images for the machine.
 *
 * @module
 */
export { asm, type AsmOptions, type AsmValue } from "./asm.ts";
export { type AsmDiagnostic, AssemblerError, type Span } from "./assembler_error.ts";
export { type ListingLine, Program, type ProgramSection } from "./program.ts";
