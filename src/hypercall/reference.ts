/**
 * The paravirtual interface as a page of documentation, made from the table that monitor and guests use.
 *
 * @module
 */

import { HYPERCALL_ERRORS, HYPERCALL_VECTOR, HYPERCALLS, SHARED_PAGE, TRAP_FLAGS } from "./interface.ts";

const hex = (value: number): string => `${value.toString(16).toUpperCase()}h`;
const cell = (text: string): string => text.replaceAll("|", "\\|");

/** The page in Markdown: errors, shared page, trap flags, and all calls. */
export function hypercallReference(): string {
  const errors = Object.entries(HYPERCALL_ERRORS).map(([name, value]) => `| ${value} | ${words(name)} |`);
  const calls = HYPERCALLS.map((call) => {
    const registers = Object.entries(call.arguments)
      .map(([register, what]) => `${register.toUpperCase()}: ${what}`);
    return `| ${call.number} | \`${call.name}\` | ${cell(registers.join("<br>"))} | ${cell(call.does)} | ${
      cell(call.checks.join("<br>"))
    } |`;
  });
  return `# Hypercalls

What a paravirtual guest kernel may ask of the monitor. It executes \`INT ${
    hex(HYPERCALL_VECTOR)
  }\` in ring 1 with the number in EAX; EAX brings the
result. The rules about rings, addresses, events and masking are at the head of \`src/hypercall/interface.ts\`, whose table this page is made of
(\`npm test\` compares the two).

Every argument is checked before anything is done; what is refused changes nothing.

| result | meaning |
| --- | --- |
| 0 or more | done |
${errors.join("\n")}

## The calls

| EAX | name | arguments | after it | checked first, and the result when it is not so |
| --- | --- | --- | --- | --- |
${calls.join("\n")}

## The shared page

| offset | what |
| --- | --- |
| ${SHARED_PAGE.mask} | byte, the event mask: 1 lets ticks through in ring 1 |
| ${SHARED_PAGE.pending} | byte, written by the monitor: 1 while a tick is held back |
| ${SHARED_PAGE.faultAddress} | word, written by the monitor before it delivers a page fault: the linear address |

## Flags of a trap table entry

| bits | what |
| --- | --- |
| ${hex(TRAP_FLAGS.ring)} | the highest ring whose INT n may raise it: 1 or 3 |
| ${hex(TRAP_FLAGS.mask)} | the handler begins with ticks masked |
| ${
    hex(TRAP_FLAGS.direct)
  } | INT n in ring 3 goes to the handler through a gate of the real IDT, without the monitor |
`;
}

/** `badAddress` as "bad address". */
function words(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}
