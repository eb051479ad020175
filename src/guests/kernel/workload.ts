/**
 * The user's side, second part: init and the programs it starts. A program ends with a checksum of what it has done as its
 * status; init waits for its children one after the other and prints what they say, so the order of the lines is the order
 * of the table, however the processes took turns.
 *
 * @module
 */

/** Text of the user program. The table of jobs is in front of it, see {@linkcode jobTable}. */
export const WORKLOAD = `
; ---------------------------------------------------------------- init
absolute library_data_end
children: resd 8
program_data:
section .text

init:
    mov esi, jobs
.group:
    cmp dword [esi], -1
    je .finished
    mov edi, children
    push esi
.start:                              ; a group of jobs runs at the same time
    cmp dword [esi], 0
    je .started
    mov ebx, [esi]
    mov ecx, [esi + 4]
    SYSTEM_CALL SYS_SPAWN
    stosd
    add esi, JOB_BYTES
    jmp .start
.started:
    pop esi
    mov edi, children
.collect:
    cmp dword [esi], 0
    je .collected
    mov ebx, [edi]
    add edi, 4
    SYSTEM_CALL SYS_WAIT
    mov ebx, [esi + 8]
    call put_text
    call put_hex
    call put_line
    add esi, JOB_BYTES
    jmp .collect
.collected:
    add esi, 4
    jmp .group
.finished:
    mov ebx, SLEEP_TICKS
    test ebx, ebx
    jz .end
    SYSTEM_CALL SYS_SLEEP            ; nobody else is left: the processor halts
    mov ebx, slept
    call put_text
    call put_line
.end:
    xor ebx, ebx
    SYSTEM_CALL SYS_EXIT
slept: db "init: slept", 0

; ---------------------------------------------------------------- compute: primes and a CRC, in user mode all along
; EBX = first value of the CRC.
absolute program_data
crc_table: resd 256
section .text
SIEVE equ 2048

compute:
    mov ebp, ebx                     ; the CRC so far
    xor ecx, ecx                     ; table for the polynomial EDB88320h
.entry:
    mov eax, ecx
    mov edx, 8
.bit:
    shr eax, 1
    jnc .zero
    xor eax, 0xedb88320
.zero:
    dec edx
    jnz .bit
    mov [crc_table + ecx * 4], eax
    inc cl
    jnz .entry
    mov ebx, SIEVE
    SYSTEM_CALL SYS_SBRK
    mov edi, eax                     ; the sieve lies on the heap
    mov eax, COMPUTE
.round:
    push eax
    ; strike out all multiples
    push edi
    mov ecx, SIEVE
    mov al, 1
    rep stosb
    pop edi
    mov ecx, 2
.candidate:
    cmp byte [edi + ecx], 0
    je .struck
    lea edx, [ecx + ecx]
.strike:
    cmp edx, SIEVE
    jae .struck
    mov byte [edi + edx], 0
    add edx, ecx
    jmp .strike
.struck:
    inc ecx
    cmp ecx, SIEVE
    jb .candidate
    ; checksum of the sieve
    xor ecx, ecx
.byte:
    movzx eax, byte [edi + ecx]
    xor al, [esp]                    ; makes every round another one
    mov edx, ebp
    xor al, dl
    movzx eax, al
    shr edx, 8
    xor edx, [crc_table + eax * 4]
    mov ebp, edx
    inc ecx
    cmp ecx, SIEVE
    jb .byte
    pop eax
    dec eax
    jnz .round
    mov ebx, ebp
    SYSTEM_CALL SYS_EXIT

; ---------------------------------------------------------------- syscalls: the smallest system call, over and over
call_often:
    mov esi, SYSCALLS
    xor edi, edi
.again:
    SYSTEM_CALL SYS_GETPID
    rol edi, 1
    add edi, eax
    dec esi
    jnz .again
    mov ebx, edi
    SYSTEM_CALL SYS_EXIT

; ---------------------------------------------------------------- switches: two of these hand the processor to each other
ping_pong:
    mov esi, SWITCHES
    mov edi, ebx
.again:
    SYSTEM_CALL SYS_YIELD
    imul edi, edi, 33
    add edi, esi
    dec esi
    jnz .again
    mov ebx, edi
    SYSTEM_CALL SYS_EXIT

; ---------------------------------------------------------------- pageTable: pages come and go, asked for and on demand
MAPPED equ 3
juggle_pages:
    mov esi, PAGE_TABLE
    xor ebp, ebp
.again:
    mov ebx, PAGE                    ; one page of heap appears when it is touched
    SYSTEM_CALL SYS_SBRK
    add ebp, [eax]                   ; zeros, if the frame was cleaned
    mov [eax], esi
    mov ebx, esi                     ; a few pages in the map area, at a place that wanders
    and ebx, 15
    shl ebx, 14
    add ebx, USER_MAP
    mov ecx, MAPPED
    SYSTEM_CALL SYS_MAP
    add ebp, eax
    mov edx, ebx
.touch:
    add ebp, [edx]
    lea eax, [ebp + esi]
    mov [edx + 4], eax
    rol ebp, 3
    xor ebp, [edx + 4]
    add edx, PAGE
    loop .touch
    mov ecx, MAPPED
    SYSTEM_CALL SYS_UNMAP
    mov ebx, -PAGE                   ; and the heap page goes too
    SYSTEM_CALL SYS_SBRK
    dec esi
    jnz .again
    mov ebx, ebp
    SYSTEM_CALL SYS_EXIT

; ---------------------------------------------------------------- io: lines on the console, codes on port 80h
chat:
    mov esi, IO
    xor edi, edi
.again:
    mov ebx, esi
    and ebx, 0xff
    SYSTEM_CALL SYS_POST
    rol edi, 5
    xor edi, ebx
    mov ebx, chat_text
    call put_text
    mov eax, edi
    call put_hex
    call put_line
    dec esi
    jnz .again
    mov ebx, edi
    SYSTEM_CALL SYS_EXIT
chat_text: db "  io: ", 0

; ---------------------------------------------------------------- bad: each does one thing that it may not; EBX says which
misbehave:
    jmp [.kinds + ebx * 4]
align 4
.kinds: dd .write_kernel, .no_pointer, .wild_jump, .write_text, .interrupts, .port, .divide, .bad_call
.write_kernel:
    mov dword [KERNEL_BASE], 0
    jmp .unharmed
.no_pointer:
    mov eax, [0]
    jmp .unharmed
.wild_jump:
    mov eax, USER_MAP
    jmp eax
.write_text:
    mov byte [misbehave], 0x90
    jmp .unharmed
.interrupts:
    cli
    jmp .unharmed
.port:
    in al, 0x80
    jmp .unharmed
.divide:
    xor edx, edx
    mov ecx, edx
    mov eax, 1
    div ecx
    jmp .unharmed
.bad_call:                           ; a pointer into a hole, given to the kernel
    mov ebx, USER_MAP
    mov ecx, 16
    SYSTEM_CALL SYS_WRITE
.unharmed:
    mov ebx, 0x600d
    SYSTEM_CALL SYS_EXIT
`;

/** How much of each kind of work. */
export interface WorkloadSize {
  /** Rounds of a sieve and a CRC over it in each of two processes; about 55,000 instructions each. */
  readonly compute: number;
  /** Smallest system calls, by one process. */
  readonly syscalls: number;
  /** Yields of each of two processes that hand the processor to each other. */
  readonly switches: number;
  /** Rounds of one demand fault, four pages mapped and unmapped, by one process. */
  readonly pageTable: number;
  /** Lines on the console, each with a code on port 80h, by one process. */
  readonly io: number;
}

interface Job {
  readonly entry: string;
  readonly argument: number;
  readonly name: string;
  readonly kind: keyof WorkloadSize | "bad";
}

const JOBS: readonly Job[] = [
  { kind: "compute", entry: "compute", argument: 1, name: "compute A" },
  { kind: "compute", entry: "compute", argument: 2, name: "compute B" },
  { kind: "syscalls", entry: "call_often", argument: 0, name: "syscalls" },
  { kind: "switches", entry: "ping_pong", argument: 1, name: "switches A" },
  { kind: "switches", entry: "ping_pong", argument: 2, name: "switches B" },
  { kind: "pageTable", entry: "juggle_pages", argument: 0, name: "page table" },
  { kind: "io", entry: "chat", argument: 0, name: "io" },
  { kind: "bad", entry: "misbehave", argument: 0, name: "write to kernel" },
  { kind: "bad", entry: "misbehave", argument: 1, name: "null pointer" },
  { kind: "bad", entry: "misbehave", argument: 2, name: "jump nowhere" },
  { kind: "bad", entry: "misbehave", argument: 3, name: "write to text" },
  { kind: "bad", entry: "misbehave", argument: 4, name: "cli" },
  { kind: "bad", entry: "misbehave", argument: 5, name: "in" },
  { kind: "bad", entry: "misbehave", argument: 6, name: "divide by 0" },
  { kind: "bad", entry: "misbehave", argument: 7, name: "bad write call" },
];

/** Kinds that print while they run: nobody else may run beside them. */
const ALONE: ReadonlySet<string> = new Set(["io", "bad"]);

/** The table that init works through: groups of jobs that run at the same time, each closed by 0; -1 ends it. */
export function jobTable(
  workload: WorkloadSize,
  options: { concurrent: boolean; badProcesses: boolean },
): string {
  const wanted = JOBS.filter(({ kind }) => kind === "bad" ? options.badProcesses : workload[kind] > 0);
  const groups = new Map<string, Job[]>();
  for (const job of wanted) {
    const key = job.kind === "bad"
      ? job.name
      : ALONE.has(job.kind) || !options.concurrent
      ? job.kind
      : "together";
    groups.set(key, [...groups.get(key) ?? [], job]);
  }
  const lines = ["align 4", "JOB_BYTES equ 12", "jobs:"];
  for (const group of groups.values()) {
    for (const job of group) lines.push(`    dd ${job.entry}, ${job.argument}, name_${JOBS.indexOf(job)}`);
    lines.push("    dd 0");
  }
  lines.push("    dd -1");
  for (const job of wanted) lines.push(`name_${JOBS.indexOf(job)}: db "${job.name.padEnd(16)}", 0`);
  return lines.join("\n");
}
