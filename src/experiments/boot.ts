/**
 * The program that brings the bench's processor into a ring: it loads the tables and system registers and leaves ring 0 by
 * IRET, as an operating system does.
 *
 * @module
 */

import { CR0_ET, CR0_PE, CR4_PCE, CR4_TSD, CR4_UMIP, IF, VM } from "../cpu/mod.ts";
import { asm, type Program } from "../isa/mod.ts";
import {
  ALIAS,
  BOOT,
  BOOT_STACK,
  GDT,
  GDT_LIMIT,
  IDT,
  IDT_LIMIT,
  PLACES,
  type Ring,
  ringSelectors,
  SELECTORS,
} from "./layout.ts";
import type { Resources } from "./resources.ts";
import { systemAddress } from "./tables.ts";

/** Where the program goes to. */
export type Destination = Ring | "virtual-8086";

/** Assembles the program for the given resources. It runs in flat ring-0 segments, at {@linkcode BOOT}. */
export function bootProgram(resources: Resources, destination: Destination): Program {
  const at = systemAddress(resources);
  const other = resources.segmentAliases ? ALIAS : 0;
  const task = resources.taskAliases ? ALIAS : 0;
  const v86 = destination === "virtual-8086";
  const { code, data } = ringSelectors(v86 ? 3 : destination);
  const flags = 2 | (resources.interrupts ? IF : 0) | (resources.iopl << 12) | (v86 ? VM : 0);
  const cr4 = (resources.timeStampDisable ? CR4_TSD : 0) | (resources.performanceCounters ? CR4_PCE : 0) |
    (resources.umip ? CR4_UMIP : 0);
  const { breakpoints, systemCallEntry } = resources;
  return asm`
    bits 32
    org ${BOOT}
        lgdt [gdtr]
        lidt [idtr]
        jmp ${SELECTORS.monitorCode}:.flat
    .flat:
        mov ax, ${SELECTORS.monitorData}
        mov ss, ax
        mov esp, ${BOOT_STACK}
        mov ax, ${SELECTORS.tss + task}
        ltr ax
        mov ax, ${SELECTORS.ldt + task}
        lldt ax
        mov eax, ${resources.cr2}
        mov cr2, eax
        mov eax, ${resources.cr3}
        mov cr3, eax
        mov eax, ${cr4}
        mov cr4, eax
        mov eax, ${breakpoints}
        mov dr0, eax
        mov eax, ${breakpoints + 16}
        mov dr1, eax
        mov eax, ${breakpoints + 32}
        mov dr2, eax
        mov eax, ${breakpoints + 48}
        mov dr3, eax
        xor edx, edx
        mov ecx, 0x174              ; IA32_SYSENTER_CS, _ESP, _EIP
        mov eax, ${SELECTORS.code0}
        wrmsr
        inc ecx
        mov eax, ${systemCallEntry + 256}
        wrmsr
        inc ecx
        mov eax, ${systemCallEntry}
        wrmsr
        mov ax, ${SELECTORS.data3 + other}
        mov ds, ax
        mov es, ax
        mov fs, ax
        mov gs, ax
        mov eax, ${(CR0_PE | CR0_ET | resources.cr0) >>> 0}
        mov cr0, eax
    %if ${v86 ? 1 : 0}
        times 4 push 0              ; GS, FS, DS, ES
        push 0                      ; SS
        push ${PLACES.stack}
        push ${flags}
        push 0                      ; CS
    %else
    %if ${destination === 0 ? 1 : 0}
        mov ax, ${data + other}     ; IRET to the same ring leaves the stack alone
        mov ss, ax
        mov esp, ${PLACES.stack}
    %else
        push ${data + other}
        push ${PLACES.stack}
    %endif
        push ${flags}
        push ${code + other}
    %endif
        push ${PLACES.code}
        iret
    gdtr: dw ${GDT_LIMIT}
          dd ${at + GDT}
    idtr: dw ${IDT_LIMIT}
          dd ${at + IDT}
  `;
}
