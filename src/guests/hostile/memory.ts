/**
 * Attacks on memory that is not theirs: by address, by segment, by page table.
 *
 * @module
 */

import type { HostileGuest } from "./hostile.ts";

/** Reads dwords from the addresses of a region into the loot, and writes to it, through one segment register. */
function through(register: string, from: string, step: string, count: number, write = true): string {
  return `
        mov ebx, ${from}
        mov ebp, ${count}
.next_${register}:
        TRY
        mov eax, [${register}:ebx]
        mov [LOOT + ebp * 4], eax
        ENDTRY
        TRY
        ${write ? `mov dword [${register}:ebx], 0xDEADBEEF` : "nop"}
        ENDTRY
        add ebx, ${step}
        dec ebp
        jnz .next_${register}`;
}

const REGISTERS = ["cs", "ds", "es", "ss", "fs", "gs"] as const;

const top = REGISTERS.map((register): HostileGuest => ({
  name: `top 4 MiB through ${register.toUpperCase()}`,
  group: "segments",
  tries:
    `reads and writes the top 4 MiB of the linear space, where the monitor lives, through ${register.toUpperCase()}`,
  source: `${through(register, "0xFFC00000", "0x1004", 1023, register !== "cs")}
        ret`,
  ends: ["exited"],
}));

const topPaged = REGISTERS.map((register): HostileGuest => ({
  name: `own pages at the top through ${register.toUpperCase()}`,
  group: "paging",
  tries: `maps its own pages where the monitor lives, and uses them through ${register.toUpperCase()}`,
  source: `
        call paging
        mov ecx, 1023
.map:   mov eax, ecx
        and eax, 0xFF
        shl eax, 12
        add eax, 0x100000 + 7
        mov [TOP_TABLE + ecx * 4], eax
        dec ecx
        jns .map
        ; The tables themselves stay out of it.
        mov dword [TOP_TABLE], 0x180007
        mov dword [TOP_TABLE + 4], 0x181007
        mov dword [TOP_TABLE + 8], 0x182007
        mov eax, cr3
        mov cr3, eax
        mov ebx, 0xFFC10000
        mov ebp, 200
.next:  TRY
        mov eax, [${register}:ebx]
        mov [LOOT + ebp * 4], eax
        ${register === "cs" ? "nop" : `mov dword [${register}:ebx], 0xDEADBEEF`}
        ENDTRY
        add ebx, 0x1000
        cmp ebx, 0xFFC40000
        jb .same
        mov ebx, 0xFFC10000
.same:  dec ebp
        jnz .next
        ret`,
  ends: ["exited"],
}));

/** Guests that attack memory. */
export const MEMORY_ATTACKS: readonly HostileGuest[] = [
  ...top,
  ...topPaged.filter(({ name }) => /DS|ES|SS|GS/.test(name)),
  {
    name: "beyond RAM without paging",
    group: "memory",
    tries: "reads and writes physical addresses beyond its RAM, all over the 4 GiB",
    source: `${through("ds", "0x200000", "0x00800FFC", 510)}
        ret`,
    ends: ["exited"],
  },
  {
    name: "frames beyond RAM",
    group: "paging",
    tries: "maps page frames beyond its RAM, one after the other, reads what is there and overwrites it",
    source: `
        call paging
        mov ebp, 0x200
.next:  mov eax, ebp
        shl eax, 12
        or eax, 7
        mov [TOP_TABLE], eax
        mov [TABLE + 0x3FF * 4], eax
        invlpg [0xFFC00000]
        invlpg [0x3FF000]
        TRY
        mov eax, [0x3FF000]
        mov [LOOT + ebp * 4], eax
        mov dword [0x3FF000], 0xDEADBEEF
        mov dword [0x3FF800], 0xDEADBEEF
        ENDTRY
        inc ebp
        cmp ebp, 0x500
        jb .next
        ret`,
    ends: ["exited"],
  },
  {
    name: "4 MiB pages beyond RAM",
    group: "paging",
    tries: "maps 4 MiB pages onto all of the physical address space",
    source: `
        call paging
        mov eax, cr4
        or eax, 0x10
        mov cr4, eax
        mov ebp, 1
.next:  mov eax, ebp
        shl eax, 22
        or eax, 0x87
        mov [DIRECTORY + 4], eax
        mov eax, cr3
        mov cr3, eax
        TRY
        mov eax, [0x400000]
        mov [LOOT + ebp * 8], eax
        mov eax, [0x7FF000]
        mov [LOOT + ebp * 8 + 4], eax
        mov dword [0x400000], 0xDEADBEEF
        mov dword [0x500000], 0xDEADBEEF
        ENDTRY
        inc ebp
        cmp ebp, 1024
        jb .next
        ret`,
    ends: ["exited"],
  },
  {
    name: "4 MiB page over the monitor",
    group: "paging",
    tries: "maps a 4 MiB page at the top of the linear space, over the monitor's own page table",
    source: `
        call paging
        mov eax, cr4
        or eax, 0x10
        mov cr4, eax
        mov dword [DIRECTORY + 0xFFC], 0x87
        mov eax, cr3
        mov cr3, eax
        mov ecx, 64
        mov ebx, 0xFFC80000
.next:  TRY
        mov eax, [ebx]
        stosd
        ENDTRY
        add ebx, 0x1000
        loop .next
        TRY
        mov dword [0xFFC80000], 0x12345678
        ENDTRY
        mov eax, [0x80000]
        stosd
        ret`,
    ends: ["exited"],
  },
  {
    name: "page directory that maps itself",
    group: "paging",
    tries:
      "enters the page directory as its own page table, at the top and elsewhere, and rewrites entries through it",
    source: `
        call paging
        mov dword [DIRECTORY + 0xFFC], DIRECTORY + 7
        mov dword [DIRECTORY + 0xFF8], DIRECTORY + 7
        mov eax, cr3
        mov cr3, eax
        TRY
        mov eax, [0xFFFFFFFC]
        stosd
        mov dword [0xFFFFF004], 0x00000087
        ENDTRY
        TRY
        mov eax, [0xFFBFEFFC]
        stosd
        mov dword [0xFFBFEFFC], 0x00FFF007
        mov eax, cr3
        mov cr3, eax
        mov eax, [0xFFC00000]
        stosd
        ENDTRY
        ret`,
    ends: ["exited"],
  },
  {
    name: "page tables onto each other",
    group: "paging",
    tries: "lets page tables, directory and code lie in one frame and writes it while it is walked",
    source: `
        call paging
        mov dword [DIRECTORY + 8], DIRECTORY + 7
        mov dword [DIRECTORY + 12], 0x10000 + 7
        mov eax, cr3
        mov cr3, eax
        mov ecx, 200
        mov ebx, 0x800000
.next:  TRY
        add dword [ebx + 0x100000], 0x1000
        xor dword [ebx], 2
        mov eax, [ebx + 0x400000]
        ENDTRY
        add ebx, 0x1000
        loop .next
        ret`,
    ends: ["exited", "shutdown", "running"],
  },
  {
    name: "CR3 is rubbish",
    group: "paging",
    tries: "loads CR3 with addresses where there is no RAM",
    source: `
        call paging
        mov ebx, 0xFFFFF000
        mov cr3, ebx
        mov eax, [0]
        ret`,
    ends: ["shutdown"],
  },
  {
    name: "CR3 in device memory",
    group: "paging",
    tries: "lets page tables lie in the hole below 1 MiB, where there is no RAM",
    source: `
        mov eax, 0xA0000
        mov cr3, eax
        mov eax, cr0
        or eax, 0x80000000
        mov cr0, eax
        jmp short $ + 2
        mov eax, [0]
        ret`,
    ends: ["shutdown"],
  },
  {
    name: "thousands of address spaces",
    group: "resources",
    tries: "uses a new page directory again and again, to use all shadow frames up",
    source: `
        call paging
        mov esi, 2000
        mov ebx, 0x120000
.next:  mov eax, [DIRECTORY]
        mov [ebx], eax
        mov [ebx + 0x80], eax
        mov [ebx + 0x200], eax
        mov [ebx + 0xC00], eax
        mov cr3, ebx
        mov eax, [0x08010000]
        mov eax, [0x20010000]
        mov eax, [0xC0010000]
        add ebx, 0x1000
        cmp ebx, 0x1F0000
        jb .same
        mov ebx, 0x120000
.same:  dec esi
        jnz .next
        ret`,
    ends: ["exited"],
  },
  {
    name: "every page of a large address space",
    group: "resources",
    tries: "maps 1,000 page tables and touches a page of each",
    source: `
        call paging
        mov ecx, 1000
.map:   mov dword [DIRECTORY + ecx * 4], TABLE + 7
        dec ecx
        jnz .map
        mov eax, cr3
        mov cr3, eax
        mov ecx, 1000
        mov ebx, 0x00450000
.touch: inc dword [ebx]
        add ebx, 0x400000
        dec ecx
        jnz .touch
        mov eax, [0x50000]
        stosd
        ret`,
    ends: ["exited"],
  },
  {
    name: "rights taken back and forth",
    group: "paging",
    tries: "writes page-table entries through an alias that ring 3 may use, from ring 3",
    source: `
        call paging
        mov eax, .user
        jmp ring3
.user:  mov ecx, 64
.next:  mov eax, ecx
        shl eax, 12
        add eax, 0x200000 + 7
        mov [TOP_TABLE + ecx * 4], eax
        mov [TABLE + 0x300 * 4 + ecx * 4], eax
        mov ebx, ecx
        shl ebx, 12
        mov eax, [0x300000 + ebx]
        mov [LOOT + ecx * 4], eax
        mov dword [0x300000 + ebx], 0xDEADBEEF
        loop .next
        int 0x81`,
    ends: ["exited"],
  },
];
