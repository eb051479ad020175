/**
 * What came out of the serial port.
 *
 * @module
 */

/** Bytes that are kept; a guest that prints for ever must not fill the host's memory. */
export const CONSOLE_BYTES = 4 * 1024 ** 2;

/** A growing text of bytes. */
export class Console {
  #bytes = new Uint8Array(1024);
  #length = 0;
  #dropped = 0;

  /** Bytes kept. */
  get length(): number {
    return this.#length;
  }

  /** Bytes that came after the console was full. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Adds a byte. */
  append(byte: number): void {
    if (this.#length === CONSOLE_BYTES) {
      this.#dropped++;
      return;
    }
    if (this.#length === this.#bytes.length) {
      const larger = new Uint8Array(this.#bytes.length * 2);
      larger.set(this.#bytes);
      this.#bytes = larger;
    }
    this.#bytes[this.#length++] = byte;
  }

  /** A copy of the bytes from one position on. */
  bytes(from = 0): Uint8Array {
    return this.#bytes.slice(from, this.#length);
  }

  /** The text from one position on, read as UTF-8. */
  text(from = 0): string {
    return new TextDecoder().decode(this.#bytes.subarray(from, this.#length));
  }

  /** Forgets everything. */
  clear(): void {
    this.#length = 0;
    this.#dropped = 0;
  }

  /** As a string with a character per byte. */
  save(): string {
    const parts: string[] = [];
    const chunk = 8192;
    for (let at = 0; at < this.#length; at += chunk) {
      parts.push(String.fromCharCode(...this.#bytes.subarray(at, Math.min(this.#length, at + chunk))));
    }
    return parts.join("");
  }

  /** Takes over what {@linkcode Console.save} gave. */
  restore(saved: string): void {
    this.clear();
    for (let n = 0; n < saved.length; n++) this.append(saved.charCodeAt(n) & 0xff);
  }
}
