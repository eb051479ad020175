/**
 * Attacks on the hypercall interface, by guests that know it.
 *
 * @module
 */

import { hypercallConstants } from "../../hypercall/mod.ts";
import { asm, type Program } from "../../isa/mod.ts";
import { type HostileGuest, LOOT, withTries } from "./hostile.ts";

/** The beginning of every hostile paravirtual guest: a trap table whose handlers go on where the attack said. */
const PRELUDE = `
bits 32
org 0x10000
%define LOOT ${LOOT}
%define CODE1 0x09
%define DATA1 0x11
%define CODE3 0x1B
%define DATA3 0x23
%define DIRECTORY 0x100000
%define TABLE 0x101000
${hypercallConstants()}
%macro ASK 1-4 0, 0, 0
        mov eax, %1
        mov ebx, %2
        mov ecx, %3
        mov edx, %4
        int 0x82
%endmacro

        cld
        mov esp, 0xF000
        ASK HC_REGISTER_SHARED_PAGE, shared_page
        ASK HC_SET_GDT, gdt, 8
        ASK HC_STACK_SWITCH, DATA1, 0xF800
        mov edi, traps
        xor ecx, ecx
.trap:  cmp ecx, 0x82
        je .none
        mov byte [edi], cl
        mov byte [edi + 1], 3
        mov word [edi + 2], CODE1
        mov dword [edi + 4], trap
        add edi, 8
.none:  inc ecx
        cmp ecx, 256
        jb .trap
        ASK HC_SET_TRAP_TABLE, traps, 255
        mov edi, LOOT
        call attack
give_up:
        ASK HC_CONSOLE_WRITE, .text, 8
        ASK HC_SHUTDOWN, 0
        jmp $
.text:  db "refused", 10

; Whatever it was, the attack goes on where it said.
trap:   mov eax, DATA1
        mov ds, eax
        mov es, eax
        mov ss, eax
        mov esp, [resume_esp]
        inc dword [faults]
        cmp dword [faults], 20000
        ja give_up
        cld
        mov byte [shared_page], 0
        jmp [resume]

; The first 4 MiB where they are, by page tables that the monitor has been told of.
paging: push edi
        mov edi, TABLE
        mov eax, 7
        mov ecx, 512
.entry: stosd
        add eax, 4096
        loop .entry
        mov dword [DIRECTORY], TABLE + 7
        ASK HC_SET_PAGE_DIRECTORY, DIRECTORY
        pop edi
        ret

; Goes on in ring 3 at EAX.
ring3:  mov ecx, DATA3
        mov ds, ecx
        mov es, ecx
        push ecx
        push dword 0xE000
        push dword 0x202
        push dword CODE3
        push eax
        iretd

; A random number in EAX.
random: mov eax, [seed]
        imul eax, eax, 1103515245
        add eax, 12345
        mov [seed], eax
        rol eax, 13
        ret

align 16
shared_page: times 16 db 0
gdt:    dq 0, 0x00CFBB000000FFFF, 0x00CFB3000000FFFF, 0x00CFFB000000FFFF, 0x00CFF3000000FFFF, 0, 0, 0
spare:  dq 0
resume: dd give_up
resume_esp: dd 0xF000
faults: dd 0
seed:   dd 0x2468ACE1
traps:  times 255 dq 0
attack:
`;

/** Assembles a hostile paravirtual guest. */
export function hostileParavirtualProgram(guest: Pick<HostileGuest, "source">): Program {
  return asm(`${PRELUDE}${withTries(guest.source)}\n`);
}

/** Reads and writes the monitor's part through a segment register. */
function reach(register: string): string {
  return `TRY
        mov eax, [${register}:0xFFC00000]
        stosd
        mov dword [${register}:0xFFC24000], 0xDEADBEEF
        ENDTRY`;
}

function attack(
  name: string,
  tries: string,
  source: string,
  ends: HostileGuest["ends"] = ["exited"],
): HostileGuest {
  return { name, group: "hypercalls", tries, source, ends };
}

/** Guests that attack by hypercall. They run under paravirtualization only. */
export const HYPERCALL_ATTACKS: readonly HostileGuest[] = [
  attack(
    "random hypercalls",
    "makes thousands of hypercalls with random numbers and random arguments",
    `
        mov dword [resume], .next
        mov dword [resume_esp], 0xF000
        mov esi, 3000
.next:  dec esi
        jz give_up
        call random
        mov ebx, eax
        test eax, 0x10000
        jz .wild
        and ebx, 0x1FFFFC
.wild:  call random
        mov ecx, eax
        test eax, 0x20000
        jz .large
        and ecx, 0x3F
.large: call random
        mov edx, eax
        call random
        and eax, 0x1F
        cmp eax, HC_SHUTDOWN
        je .next
        cmp eax, HC_BLOCK
        je .next
        cmp eax, HC_IRET
        je .next
        int 0x82
        jmp .next`,
    ["exited", "shutdown", "running", "halted", "killed"],
  ),
  attack(
    "extreme arguments",
    "makes nearly every hypercall with every combination of the numbers at the edges",
    `
        mov esi, 0
.next:  TRY
        mov eax, esi
        and eax, 31
        cmp eax, HC_SHUTDOWN
        je .skip
        cmp eax, HC_BLOCK
        je .skip
        cmp eax, HC_IRET
        je .skip
        cmp eax, HC_SET_PAGE_DIRECTORY
        je .skip
        mov edx, esi
        shr edx, 5
        mov ecx, edx
        mov ebp, edx
        and ebp, 7
        mov ebx, [.edges + ebp * 4]
        shr ecx, 3
        mov ebp, ecx
        and ebp, 7
        shr ecx, 3
        and ecx, 7
        mov edx, [.edges + ecx * 4]
        mov ecx, [.edges + ebp * 4]
        int 0x82
.skip:  nop
        ENDTRY
        inc esi
        cmp esi, 32 * 512
        jb .next
        ret
.edges: dd 0, 1, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 0xFFC00000, 0x1FFFF8, 0xFFFFF000`,
    ["exited", "shutdown", "running", "halted", "killed"],
  ),
  attack(
    "descriptors of all kinds",
    "asks for a descriptor with each access byte and a base in the monitor, and uses what it gets",
    `
        mov esi, 0
.next:  mov eax, esi
        shl eax, 8
        or eax, 0xFFCF0000
        mov edx, eax
        and edx, 0xFFCFFF00
        or edx, 0xC0
        mov eax, HC_SET_DESCRIPTOR
        mov ebx, 0x28
        mov ecx, 0x0000FFFF
        int 0x82
        stosd
        TRY
        mov eax, 0x2B
        mov es, eax
        mov eax, [es:0]
        stosd
        mov dword [es:0x24000], 0xDEADBEEF
        ENDTRY
        TRY
        mov eax, 0x28
        mov es, eax
        mov eax, [es:0]
        mov dword [es:0x21000], 0xDEADBEEF
        ENDTRY
        mov eax, DATA1
        mov es, eax
        TRY
        call 0x28:0x22000
        ENDTRY
        TRY
        jmp 0x2B:0x22000
        ENDTRY
        cmp edi, LOOT + 0xF000
        jb .room
        mov edi, LOOT
.room:  inc esi
        cmp esi, 256
        jb .next
        ret`,
  ),
  attack(
    "a GDT changed after it was checked",
    "lets the monitor check a GDT and then makes ring-0 descriptors, gates and wrapping segments of it in its own memory",
    `
        mov dword [gdt + 0x28], 0x0000FFFF
        mov dword [gdt + 0x2C], 0x00CFB300
        ASK HC_SET_GDT, gdt, 8
        mov dword [gdt + 0x28], 0x0000FFFF
        mov dword [gdt + 0x2C], 0xFFCF93C0
        mov dword [gdt + 0x08], 0x00002000
        mov dword [gdt + 0x0C], 0xFFC2EC00
        TRY
        mov eax, 0x29
        mov es, eax
        mov eax, [es:0xFFC00000]
        mov [LOOT], eax
        ENDTRY
        mov eax, DATA1
        mov es, eax
        TRY
        jmp 0x08:0
        ENDTRY
        ret`,
  ),
  attack(
    "page frames of others",
    "asks to map each frame beyond its RAM, singly and by multicall",
    `
        call paging
        mov esi, 0x200
.next:  mov ecx, esi
        shl ecx, 12
        or ecx, 7
        mov [.pair + 4], ecx
        mov eax, HC_UPDATE_PAGE_TABLE
        mov ebx, TABLE + 0x1FF * 4
        xor edx, edx
        int 0x82
        test eax, eax
        jns .got
        ASK HC_MULTICALL, .pair, 1
        test eax, eax
        jg .got
.on:    inc esi
        cmp esi, 0x1000
        jb .next
        ret
.got:   TRY
        mov eax, [0x1FF000]
        stosd
        mov dword [0x1FF000], 0xDEADBEEF
        ENDTRY
        cmp edi, LOOT + 0x8000
        jb .on
        mov edi, LOOT
        jmp .on
.pair:  dd TABLE + 0x1FF * 4, 0`,
  ),
  attack(
    "page tables behind the monitor's back",
    "stores forbidden entries into tables that are in use, without asking",
    `
        call paging
        mov esi, 0x200
.next:  TRY
        mov eax, esi
        shl eax, 12
        or eax, 7
        mov [TABLE + 0x1FF * 4], eax
        invlpg [0x1FF000]
        ENDTRY
        TRY
        ASK HC_INVALIDATE, 0x1FF000
        mov eax, [0x1FF000]
        stosd
        mov dword [0x1FF000], 0xDEADBEEF
        ENDTRY
        cmp edi, LOOT + 0x8000
        jb .room
        mov edi, LOOT
.room:  inc esi
        cmp esi, 0x500
        jb .next
        TRY
        mov dword [DIRECTORY + 0xFFC], TABLE + 7
        ASK HC_SET_PAGE_DIRECTORY, DIRECTORY
        ENDTRY
        ${reach("ds")}
        ret`,
    ["exited", "shutdown", "killed"],
  ),
  attack(
    "a list that changes itself",
    "gives multicall a list that lies in the page table that the list is about",
    `
        call paging
        mov edi, TABLE + 0x180 * 4
        mov ecx, 64
        mov ebx, TABLE + 0x190 * 4
.fill:  mov [edi], ebx
        mov dword [edi + 4], 0x00FFF007
        add edi, 8
        add ebx, 4
        loop .fill
        ASK HC_MULTICALL, TABLE + 0x180 * 4, 64
        ASK HC_MULTICALL, TABLE + 0x180 * 4, 512
        ASK HC_MULTICALL, 0x1FFFF0, 512
        ASK HC_MULTICALL, 0xFFBFFFF8, 512
        mov edi, LOOT
        TRY
        mov eax, [0x190000]
        stosd
        ENDTRY
        ret`,
    ["exited", "shutdown", "killed"],
  ),
  attack(
    "directories without number",
    "takes hundreds of pages into use as page directories, one of which is each other's table, and releases the one in force",
    `
        call paging
        mov esi, 300
.next:  ASK HC_RELEASE_PAGE_DIRECTORY, DIRECTORY
        mov ebx, esi
        and ebx, 63
        shl ebx, 12
        add ebx, 0x140000
        push ebx
        mov dword [ebx], TABLE + 7
        mov ecx, ebx
        xor ecx, 0x1000
        or ecx, 7
        mov [ebx + 8], ecx
        mov eax, HC_SET_PAGE_DIRECTORY
        int 0x82
        pop ebx
        TRY
        mov dword [0x800000], 0x00FFF007
        ENDTRY
        TRY
        mov eax, [ebx + 0x800]
        ENDTRY
        dec esi
        jnz .next
        ret`,
    ["exited", "shutdown", "killed"],
  ),
  attack(
    "handlers in the monitor",
    "registers handlers at the monitor's addresses and with its selectors, among them direct entries for every vector",
    `
        mov esi, 0
.next:  mov eax, esi
        mov ebx, .entry
        mov [ebx], al
        mov eax, esi
        shr eax, 8
        mov eax, [.kinds + eax * 4]
        mov [ebx + 1], eax
        mov dword [ebx + 4], 0xFFC22000
        ASK HC_SET_TRAP_TABLE, .entry, 1
        test eax, eax
        js .refused
        mov eax, [.entry]
        stosd
.refused:
        mov dword [.entry + 4], 0xFFBFFFFF
        ASK HC_SET_TRAP_TABLE, .entry, 1
        inc esi
        cmp esi, 4 * 256
        jb .next
        ASK HC_SET_TRAP_TABLE, traps, 255
        ret
align 8
.entry: dd 0, 0
.kinds: dd 0x00000903, 0x0000090B, 0x00FF990B, 0x00001B0B`,
  ),
  attack(
    "a stack in the monitor",
    "has events from ring 3 pushed onto the monitor's memory, by direct entry and by exception",
    `
        mov esi, traps + 0x40 * 8
        mov dword [esi + 4], .entry
        mov byte [esi + 1], 0x0B
        ASK HC_SET_TRAP_TABLE, traps, 255
        mov dword [resume], .second
        mov dword [resume_esp], 0xF000
        ASK HC_STACK_SWITCH, DATA1, 0xFFC24000
        mov eax, .user
        jmp ring3
.user:  int 0x40
.entry: mov eax, [esp]
.second:
        mov dword [resume], give_up
        ASK HC_STACK_SWITCH, DATA1, 0x10
        mov eax, .other
        jmp ring3
.other: mov eax, [0xFFC00000]
        int 0x41`,
    ["exited", "shutdown", "killed", "running"],
  ),
  attack(
    "direct entry to another ring",
    "opens a direct entry and then changes the descriptor behind it: absent, data, ring 3",
    `
        mov esi, traps + 0x40 * 8
        mov dword [esi + 4], .entry
        mov byte [esi + 1], 0x0B
        mov word [esi + 2], 0x29
        mov dword [gdt + 0x28], 0x0000FFFF
        mov dword [gdt + 0x2C], 0x00CFBB00
        ASK HC_SET_GDT, gdt, 8
        ASK HC_SET_TRAP_TABLE, traps, 255
        mov esi, 0
.next:  mov edx, [.rights + esi * 4]
        mov eax, HC_SET_DESCRIPTOR
        mov ebx, 0x28
        mov ecx, 0x0000FFFF
        int 0x82
        mov dword [resume], .after
        mov dword [resume_esp], 0xF000
        mov eax, .user
        jmp ring3
.user:  int 0x40
        int 0x41
.entry: nop
.after: mov eax, DATA1
        mov ds, eax
        mov es, eax
        mov ss, eax
        mov esp, 0xF000
        inc esi
        cmp esi, 5
        jb .next
        jmp give_up
.rights: dd 0x00CFBB00, 0x00CFFB00, 0x00CFF300, 0x00CFB300, 0x00CF3B00`,
    ["exited", "shutdown", "killed", "running"],
  ),
  attack(
    "hypercalls from ring 3",
    "makes every hypercall from ring 3",
    `
        mov dword [resume], .back
        mov dword [resume_esp], 0xF000
        mov esi, 0
.back:  cmp esi, 40
        jae give_up
        mov eax, .user
        jmp ring3
.user:  mov eax, esi
        inc esi
        mov ebx, 0x100000
        mov ecx, 1
        mov edx, 0
        int 0x82
        int 0x41`,
  ),
  attack(
    "IRET to anywhere",
    "has the monitor return to ring 0, ring 2, its own selectors and addresses, with all flags",
    `
        mov esi, 0
.next:  TRY
        mov eax, esi
        and eax, 7
        movzx ecx, word [.stacks + eax * 2]
        push ecx
        push dword 0xE000
        push dword 0x003FFFFF & ~0x100
        mov eax, esi
        shr eax, 3
        movzx ecx, word [.codes + eax * 2]
        push ecx
        push dword 0xFFC22000
        push dword 1
        mov eax, HC_IRET
        int 0x82
        ENDTRY
        inc esi
        cmp esi, 64
        jb .next
        TRY
        mov esp, 0xFFC24000
        mov eax, HC_IRET
        int 0x82
        ENDTRY
        ret
.codes: dw 8, 0x0A, CODE1, CODE3, 0xFF80, 0xFF99, 0x04, 0
.stacks: dw 0x10, 0x12, DATA1, DATA3, 0xFF88, CODE1, 0x07, 0`,
    ["exited", "shutdown", "killed", "running"],
  ),
  attack(
    "text from the monitor",
    "has the monitor print its own memory, memory beyond RAM, and memory that is not mapped",
    `
        mov esi, .places
.next:  lodsd
        mov ebx, eax
        mov ecx, 4096
        mov eax, HC_CONSOLE_WRITE
        int 0x82
        cmp esi, .end
        jb .next
        call paging
        ASK HC_CONSOLE_WRITE, 0x1FFFF0, 4096
        ASK HC_CONSOLE_WRITE, 0xFFFFFFFF, 2
        ASK HC_CONSOLE_WRITE, 0xFFBFFFFF, 2
        ret
.places: dd 0xFFC00000, 0xFFBFF001, 0xFFFFF800, 0x200000, 0x7FFFFFFF, 0x80000000, 0x1FF800, 0xA0000
.end:`,
  ),
  attack(
    "ports by hypercall",
    "reads and writes all ports of the machine by hypercall, in every size",
    `
        xor esi, esi
.next:  cmp esi, 0xF1
        jb .use
        cmp esi, 0xF4
        jbe .skip
.use:   cmp esi, 0x64
        je .skip
        cmp esi, 0x92
        je .skip
        mov ebx, esi
        mov ecx, 1
        mov eax, HC_IO_READ
        int 0x82
        mov ebx, esi
        mov ecx, 1
        mov edx, 0xFF
        mov eax, HC_IO_WRITE
        int 0x82
        mov ebx, esi
        mov ecx, 4
        mov eax, HC_IO_READ
        int 0x82
.skip:  inc esi
        cmp esi, 0x500
        jb .next
        mov al, 0
        TRY
        out 0x21, al
        ENDTRY
        TRY
        cli
        ENDTRY
        ret`,
    ["exited", "running", "halted", "shutdown"],
  ),
  attack(
    "reset by hypercall",
    "resets the processor by hypercall",
    `
        ASK HC_IO_WRITE, 0x64, 1, 0xFE
        jmp $`,
    ["running", "shutdown", "halted", "exited"],
  ),
  attack(
    "timer storm",
    "asks for the fastest timer and never leaves its handler",
    `
        mov esi, traps + 0x50 * 8
        mov dword [esi + 4], .tick
        ASK HC_SET_TRAP_TABLE, traps, 255
        ASK HC_SET_TIMER, 10000, 0x50
        mov eax, HC_UNMASK
        int 0x82
.wait:  jmp .wait
.tick:  mov esp, 0xF000
        mov eax, HC_UNMASK
        int 0x82
        jmp .tick`,
    ["running"],
  ),
  attack(
    "yield and hypercall storm",
    "yields, and makes a hypercall that does nothing, for ever",
    `
.again: mov eax, HC_YIELD
        int 0x82
        mov eax, 0x7FFFFFFF
        int 0x82
        jmp .again`,
    ["running"],
  ),
  attack("blocked for ever", "blocks without a timer", "        ASK HC_BLOCK\n        jmp $", ["halted"]),
];
