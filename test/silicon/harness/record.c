/*
 * Records what this computer's processor does with single 32-bit user-mode instructions.
 *
 * Reads one case per line from standard input and writes one line with the outcome to standard output:
 *
 *   in:   BYTES EAX ECX EDX EBX ESP EBP ESI EDI EFLAGS SEED [OFFSET:BYTES ...]
 *   out:  VECTOR ERROR CR2 EIP EAX ECX EDX EBX ESP EBP ESI EDI EFLAGS [OFFSET:BYTES ...]
 *
 * All numbers are hexadecimal. The instruction lies in the middle of a page of INT3 (so that wherever it branches to
 * within the page, execution stops there), and works on four pages of data: two that may be read and written, one that may
 * only be read, and one that is not mapped. Before a case the data pages are filled from SEED (see fill), then bytes are
 * set as OFFSET:BYTES says; afterwards the bytes that have changed are listed in the same form. VECTOR is 3 when
 * the instruction completed; EIP is relative to CODE, and for vector 3 that of the INT3.
 *
 * Registers are loaded by returning from a signal handler and read in the next one.
 */
#define _GNU_SOURCE
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ucontext.h>
#include <unistd.h>

#define CODE 0x10000000u
#define START 0x800u
#define DATA 0x20000000u
#define PAGE 4096u
#define DATA_BYTES (3 * PAGE)
/* EFLAGS bits that a case may choose: CF PF AF ZF SF DF OF AC. */
#define CHOOSABLE 0x40cd5u

static uint8_t *const code = (uint8_t *)CODE;
static uint8_t *const data = (uint8_t *)DATA;
static uint8_t before[DATA_BYTES];
static char line[4096];
static volatile sig_atomic_t started;

static void fail(const char *what) {
  perror(what);
  exit(1);
}

/* The bytes of the data pages follow from the seed: xorshift32, one word after the other, little endian. */
static void fill(uint32_t seed) {
  uint32_t x = seed;
  for (uint32_t i = 0; i < DATA_BYTES; i += 4) {
    x ^= x << 13;
    x ^= x >> 17;
    x ^= x << 5;
    memcpy(before + i, &x, 4);
  }
}

static uint32_t hex_byte(const char *text) {
  char digits[3] = {text[0], text[1], 0};
  return strtoul(digits, NULL, 16);
}

static int next_case(greg_t *registers) {
  static const int ORDER[] = {REG_EAX, REG_ECX, REG_EDX, REG_EBX, REG_ESP, REG_EBP, REG_ESI, REG_EDI};
  if (fgets(line, sizeof line, stdin) == NULL) return 0;
  char *word = strtok(line, " \n");
  if (word == NULL) return 0;
  memset(code, 0xcc, PAGE);
  for (uint32_t i = 0; word[2 * i] != 0; i++) code[START + i] = hex_byte(word + 2 * i);
  for (int i = 0; i < 8; i++) registers[ORDER[i]] = strtoul(strtok(NULL, " \n"), NULL, 16);
  registers[REG_EIP] = CODE + START;
  registers[REG_EFL] = (strtoul(strtok(NULL, " \n"), NULL, 16) & CHOOSABLE) | 0x202;
  fill(strtoul(strtok(NULL, " \n"), NULL, 16));
  while ((word = strtok(NULL, " \n")) != NULL) {
    char *bytes;
    uint32_t offset = strtoul(word, &bytes, 16);
    for (bytes++; *bytes != 0; bytes += 2) before[offset++] = hex_byte(bytes);
  }
  if (mprotect(data + 2 * PAGE, PAGE, PROT_READ | PROT_WRITE) != 0) fail("mprotect");
  memcpy(data, before, DATA_BYTES);
  if (mprotect(data + 2 * PAGE, PAGE, PROT_READ) != 0) fail("mprotect");
  return 1;
}

static void print_outcome(const greg_t *registers, uint32_t cr2) {
  uint32_t vector = registers[REG_TRAPNO];
  uint32_t eip = registers[REG_EIP] - CODE;
  if (vector == 3 && code[eip - 1] == 0xcc) eip--; /* INT3 is a trap: back to it */
  printf("%x %x %x %x %x %x %x %x %x %x %x %x %x", vector, (uint32_t)registers[REG_ERR], vector == 14 ? cr2 : 0, eip,
         (uint32_t)registers[REG_EAX], (uint32_t)registers[REG_ECX], (uint32_t)registers[REG_EDX],
         (uint32_t)registers[REG_EBX], (uint32_t)registers[REG_ESP], (uint32_t)registers[REG_EBP],
         (uint32_t)registers[REG_ESI], (uint32_t)registers[REG_EDI], (uint32_t)registers[REG_EFL]);
  for (uint32_t i = 0; i < DATA_BYTES; i++) {
    if (data[i] == before[i]) continue;
    printf(" %x:", i);
    for (; i < DATA_BYTES && data[i] != before[i]; i++) printf("%02x", data[i]);
  }
  putchar('\n');
}

/* Both ends of a case: reports the one that just ended, if any, and starts the next. */
static void on_signal(int signal, siginfo_t *info, void *context) {
  (void)signal;
  (void)info;
  /* The kernel leaves AC, ID and NT as the case set them: this code does not align all its accesses. */
  __asm__ volatile("pushfl; andl $~0x244000, (%%esp); popfl" ::: "memory", "cc");
  static greg_t at_start[NGREG]; /* for the segment registers, which a case may change */
  ucontext_t *user = context;
  greg_t *registers = user->uc_mcontext.gregs;
  if (started) {
    print_outcome(registers, user->uc_mcontext.cr2);
    memcpy(registers, at_start, sizeof at_start);
  } else {
    memcpy(at_start, registers, sizeof at_start);
  }
  started = 1;
  if (next_case(registers)) return;
  fflush(stdout);
  _exit(0);
}

int main(void) {
  static uint8_t stack[65536];
  static char out[1 << 20];
  setvbuf(stdout, out, _IOFBF, sizeof out);
  stack_t alternate = {.ss_sp = stack, .ss_size = sizeof stack};
  if (sigaltstack(&alternate, NULL) != 0) fail("sigaltstack");
  struct sigaction action = {.sa_sigaction = on_signal, .sa_flags = SA_SIGINFO | SA_ONSTACK};
  const int signals[] = {SIGTRAP, SIGSEGV, SIGILL, SIGFPE, SIGBUS, SIGUSR1};
  for (unsigned i = 0; i < sizeof signals / sizeof *signals; i++) sigaction(signals[i], &action, NULL);
  const int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE;
  if (mmap(code, PAGE, PROT_READ | PROT_WRITE | PROT_EXEC, flags, -1, 0) != code) fail("mmap of the code page");
  if (mmap(data, DATA_BYTES, PROT_READ | PROT_WRITE, flags, -1, 0) != data) fail("mmap of the data pages");
  raise(SIGUSR1);
  return 1;
}
