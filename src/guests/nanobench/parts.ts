/**
 * Pieces of assembly that both builds of the nanobenchmarks share.
 *
 * @module
 */

import { ABSENT_PAGE, CHANGING_PAGE, type NanobenchmarkFacts } from "./rows.ts";

/** Exit code of a nanobenchmark that ran to its end: the port makes v * 2 + 1 of what is written. */
export const NANOBENCHMARK_DONE = 1;
/** Exit code after an exception that the benchmark did not ask for. */
export const NANOBENCHMARK_FAILED = 3;

/** Names of places, in front of everything else. */
export const NANOBENCHMARK_PLACES = `
    absent_page    equ ${ABSENT_PAGE}
    changing_page  equ ${CHANGING_PAGE}
    changing_entry equ page_table + (changing_page >> 12) * 4`;

/** Fills the page tables, before paging is on. */
export function mapPages({ ring }: NanobenchmarkFacts): string {
  return `
    ; Page tables: 2 MiB one to one, writable, without the hole where no RAM is; user code and stack for ring 3 as well.
        mov edi, page_table
        mov eax, 3                  ; present, writable
        mov ecx, 0xa0
    .low:
        stosd
        add eax, 0x1000
        loop .low
        mov edi, page_table + 0x100 * 4
        mov eax, 0x100003
        mov ecx, 0x100
    .high:
        stosd
        add eax, 0x1000
        loop .high
    %if ${ring === 3 ? 1 : 0}
        or dword [page_table + (user_page >> 12) * 4], 4
        or dword [page_table + (user_stack_page >> 12) * 4], 4
    %endif
        mov dword [page_table + (absent_page >> 12) * 4], 0
        mov dword [changing_entry], 0
        mov dword [page_directory], page_table + 7`;
}

/** The macro `benchmark`: the loop. */
export function loopMacro(
  { baseline, name }: NanobenchmarkFacts,
  { prepare, body }: Pick<NanobenchmarkFacts, "prepare" | "body">,
  iterations: number,
): string {
  return `
    %macro benchmark 0              ; ${name}${baseline === name ? "" : `, to be compared with ${baseline}`}
        mov esi, ${iterations}
        ${prepare}
    .again:
        ${body}
        dec esi
        jnz .again
    %endmacro`;
}

/** Stacks and page tables, behind everything else. */
export const NANOBENCHMARK_SPACE = `
    section .bss align=4096
        resb 4096
    kernel_stack:
    user_stack_page:
        resb 4096
    user_stack:
    ; Tables have pages of their own: a monitor protects them.
    page_directory:
        resb 4096
    page_table:
        resb 4096`;
