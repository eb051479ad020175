/**
 * The integer and system half of the two-byte opcode map (Intel SDM volume 2, appendix A, table A-3). Columns as in
 * `one_byte.ts`; the MMX and SSE half is in `vector.ts`.
 *
 * @module
 */

export const TWO_BYTE_MAP = `
# 0F 00, 0F 01   groups 6 and 7
0F 02       lar                         Gv,Ew         80286
0F 03       lsl                         Gv,Ew         80286
0F 06       clts                        -             80286
0F 08       invd                        -             80486
0F 09       wbinvd                      -             80486
0F 0B       ud2:ud                      -             Pentium_Pro

# --- reserved for hints: the Pentium Pro and later execute them as NOP with an operand (PREFETCHh, ENDBR, NOP Ev)
0F 0D       nop                         Ev,Gv         Pentium_Pro
0F 18       nop                         Ev,Gv         Pentium_Pro
0F 19       nop                         Ev,Gv         Pentium_Pro
0F 1A       nop                         Ev,Gv         Pentium_Pro
0F 1B       nop                         Ev,Gv         Pentium_Pro
0F 1C       nop                         Ev,Gv         Pentium_Pro
0F 1D       nop                         Ev,Gv         Pentium_Pro
0F 1E       nop                         Ev,Gv         Pentium_Pro
0F 1F       nop                         Ev,Gv         Pentium_Pro

# --- control and debug registers: the mod field is ignored, the operand is always a register
0F 20       mov:mov-from-control        Rd,Cd         80386 any-mod
0F 21       mov:mov-from-debug          Rd,Dd         80386 any-mod
0F 22       mov:mov-to-control          Cd,Rd         80386 any-mod
0F 23       mov:mov-to-debug            Dd,Rd         80386 any-mod

0F 30       wrmsr                       -             Pentium
0F 31       rdtsc                       -             Pentium
0F 32       rdmsr                       -             Pentium
0F 33       rdpmc                       -             Pentium_MMX
0F 34       sysenter                    -             Pentium_II
0F 35       sysexit                     -             Pentium_II

0F 40+cc    cmovcc                      Gv,Ev         Pentium_Pro

NP 0F 78    vmread                      Ed,Gd         VT-x
NP 0F 79    vmwrite                     Gd,Ed         VT-x

0F 80+cc    jcc                         Jz            80386
0F 90+cc    setcc                       Eb            80386

0F A0       push:push-segment           FS            80386
0F A1       pop:pop-segment             FS            80386
0F A2       cpuid                       -             Pentium
0F A3       bt                          Ev,Gv         80386
0F A4       shld                        Ev,Gv,Ib      80386
0F A5       shld                        Ev,Gv,CL      80386
0F A8       push:push-segment           GS            80386
0F A9       pop:pop-segment             GS            80386
0F AA       rsm                         -             80386SL
0F AB       bts                         Ev,Gv         80386 lock
0F AC       shrd                        Ev,Gv,Ib      80386
0F AD       shrd                        Ev,Gv,CL      80386
0F AF       imul                        Gv,Ev         80386
0F B0       cmpxchg                     Eb,Gb         80486 lock
0F B1       cmpxchg                     Ev,Gv         80486 lock
0F B2       lss:load-far-pointer        Gv,Mp,SS      80386
0F B3       btr                         Ev,Gv         80386 lock
0F B4       lfs:load-far-pointer        Gv,Mp,FS      80386
0F B5       lgs:load-far-pointer        Gv,Mp,GS      80386
0F B6       movzx                       Gv,Eb         80386
0F B7       movzx                       Gv,Ew         80386
0F B9       ud1:ud                      Gv,Ev         Pentium_Pro
# 0F BA     group 8
0F BB       btc                         Ev,Gv         80386 lock
0F BC       bsf                         Gv,Ev         80386
0F BD       bsr                         Gv,Ev         80386
0F BE       movsx                       Gv,Eb         80386
0F BF       movsx                       Gv,Ew         80386
0F C0       xadd                        Eb,Gb         80486 lock
0F C1       xadd                        Ev,Gv         80486 lock
# 0F C7     group 9
0F C8+r     bswap                       Zv            80486
0F FF       ud0:ud                      Gv,Ev         Pentium_Pro

# --- three-byte opcodes of VMX
66 0F 38 80  invept                      Gd,Mo         VT-x-EPT
66 0F 38 81  invvpid                     Gd,Mo         VT-x-EPT
`;
