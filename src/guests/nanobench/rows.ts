/**
 * The operations that the nanobenchmarks measure, as data: the rows of Adams and Agesen's table, the probes of single
 * mechanisms, and the empty loops against which both are measured.
 *
 * @module
 */

/** Rows of the published table. */
export const NANOBENCHMARK_ROWS = ["syscall", "in", "call/ret", "pgfault", "divzero", "ptemod"] as const;
/** Name of a row of the published table. */
export type NanobenchmarkRow = typeof NANOBENCHMARK_ROWS[number];

/** Probes of a single mechanism, on which a profile is calibrated. */
export const NANOBENCHMARK_PROBES = ["rdtsc", "cli"] as const;
/** Name of a probe. */
export type NanobenchmarkProbe = typeof NANOBENCHMARK_PROBES[number];

/** Loops that do nothing, in ring 0 and in ring 3. */
export type EmptyLoop = "empty" | "empty-user";

/** Everything there is a program for. */
export type NanobenchmarkName = NanobenchmarkRow | NanobenchmarkProbe | EmptyLoop;

/** What one nanobenchmark does. */
export interface NanobenchmarkFacts {
  readonly name: NanobenchmarkName;
  /** What is measured, for a table. */
  readonly title: string;
  /** Ring of the loop. */
  readonly ring: 0 | 3;
  /** The loop that costs everything but the operation; itself for the empty loops. */
  readonly baseline: EmptyLoop;
  /** How often an iteration does the operation. */
  readonly operations: number;
  /** Assembly before the loop: may set all registers but ESI (the counter), EDI and ESP. */
  readonly prepare: string;
  /** Assembly of one iteration. */
  readonly body: string;
  /** The same for a kernel that asks a monitor; where it is missing, the kernel's own way will do. */
  readonly paravirtual?: Pick<NanobenchmarkFacts, "title" | "prepare" | "body">;
}

/** Virtual page that is never there. */
export const ABSENT_PAGE = 0x1fe000;
/** Virtual page whose entry `ptemod` writes and whose memory nobody touches. */
export const CHANGING_PAGE = 0x1fd000;
const kernel = { ring: 0, baseline: "empty", operations: 1, prepare: "" } as const;

/** The facts of every nanobenchmark. */
export const NANOBENCHMARKS: Readonly<Record<NanobenchmarkName, NanobenchmarkFacts>> = {
  "syscall": {
    name: "syscall",
    title: "SYSENTER in ring 3, STI and SYSEXIT back",
    ring: 3,
    baseline: "empty-user",
    operations: 1,
    prepare: "",
    body: `
        mov ecx, esp                ; where SYSEXIT comes back to
        mov edx, .returned
        sysenter
    .returned:`,
    paravirtual: { title: "INT 80h in ring 3 to ring 1, IRET back", prepare: "", body: "int 0x80" },
  },
  "in": {
    ...kernel,
    name: "in",
    title: "IN from port 80h",
    body: "in al, 0x80",
    paravirtual: {
      title: "hypercall that reads port 80h",
      prepare: `
        mov ebx, 0x80
        mov ecx, 1`,
      body: `
        mov eax, HC_IO_READ
        int HYPERCALL_VECTOR`,
    },
  },
  "call/ret": { ...kernel, name: "call/ret", title: "call of an empty routine", body: "call nothing" },
  "pgfault": {
    ...kernel,
    name: "pgfault",
    title: "load from an absent page, handler, IRET",
    body: `mov eax, [absent_page]`,
  },
  "divzero": {
    ...kernel,
    name: "divzero",
    title: "DIV by zero, handler, IRET",
    prepare: "xor ecx, ecx",
    body: "div ecx",
  },
  "ptemod": {
    ...kernel,
    name: "ptemod",
    title: "store to a page-table entry",
    operations: 2,
    prepare: `
        mov ebx, changing_page + 3  ; present, writable, never accessed
        mov edx, changing_page + 2  ; not present`,
    body: `
        mov [changing_entry], ebx
        mov [changing_entry], edx`,
    paravirtual: {
      title: "hypercall that writes a page-table entry",
      prepare: "mov ebx, changing_entry",
      body: `
        mov ecx, changing_page + 3
        mov eax, HC_UPDATE_PAGE_TABLE
        int HYPERCALL_VECTOR
        mov ecx, changing_page + 2
        mov eax, HC_UPDATE_PAGE_TABLE
        int HYPERCALL_VECTOR`,
    },
  },
  "rdtsc": { ...kernel, name: "rdtsc", title: "RDTSC in ring 0", body: "rdtsc" },
  "cli": {
    ...kernel,
    name: "cli",
    title: "CLI in ring 0",
    body: "cli",
    paravirtual: {
      title: "the event mask in the shared page",
      prepare: "",
      body: "mov byte [shared_page + SHARED_MASK], 0",
    },
  },
  "empty": { ...kernel, name: "empty", title: "loop in ring 0", body: "" },
  "empty-user": {
    ...kernel,
    name: "empty-user",
    title: "loop in ring 3",
    ring: 3,
    baseline: "empty-user",
    body: "",
  },
};
