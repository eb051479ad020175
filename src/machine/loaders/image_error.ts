/**
 * What is wrong with an image.
 *
 * @module
 */

/** Kinds of images that can be loaded. */
export type ImageKind = "flat" | "rom" | "elf" | "multiboot";

/** An image that cannot be loaded. Nothing of it has been written to the machine. */
export class ImageError extends Error {
  /** The class's name. */
  override readonly name = "ImageError";
  /** What the file was read as. */
  readonly kind: ImageKind;
  /** What is wrong, and what would be right. */
  readonly reason: string;
  /** Where in the file, in bytes from its beginning; undefined when it is about the file as a whole. */
  readonly offset: number | undefined;
  /** The file, where one is known. */
  readonly file: string | undefined;

  /** Makes the error, its message included. */
  constructor(kind: ImageKind, reason: string, facts: { offset?: number; file?: string } = {}) {
    const where = facts.offset === undefined ? "" : ` at offset ${facts.offset}`;
    super(`${facts.file ?? `${kind} image`}${where}: ${reason}`);
    this.kind = kind;
    this.reason = reason;
    this.offset = facts.offset;
    this.file = facts.file;
  }
}
