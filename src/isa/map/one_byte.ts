/**
 * The one-byte opcode map (Intel SDM volume 2, appendix A, table A-2), one row per form. Columns: opcode, mnemonic
 * (`:operation` where the processor's routine has another name), operands in the notation of appendix A
 * (see {@linkcode OPERAND_NOTATION}), notes (`lock`, first processor, cost class; see `row.ts`).
 *
 * Opcodes with `/digit` rows use the ModR/M `reg` field as more opcode; they are in `groups.ts`.
 *
 * @module
 */

export const ONE_BYTE_MAP = `
# --- arithmetic and logic: r/m with register, register with r/m, accumulator with immediate
00          add                         Eb,Gb         lock
01          add                         Ev,Gv         lock
02          add                         Gb,Eb
03          add                         Gv,Ev
04          add                         AL,Ib
05          add                         eAX,Iz
06          push:push-segment           ES
07          pop:pop-segment             ES
08          or                          Eb,Gb         lock
09          or                          Ev,Gv         lock
0A          or                          Gb,Eb
0B          or                          Gv,Ev
0C          or                          AL,Ib
0D          or                          eAX,Iz
0E          push:push-segment           CS
# 0F        leads to the two-byte map
10          adc                         Eb,Gb         lock
11          adc                         Ev,Gv         lock
12          adc                         Gb,Eb
13          adc                         Gv,Ev
14          adc                         AL,Ib
15          adc                         eAX,Iz
16          push:push-segment           SS
17          pop:pop-segment             SS
18          sbb                         Eb,Gb         lock
19          sbb                         Ev,Gv         lock
1A          sbb                         Gb,Eb
1B          sbb                         Gv,Ev
1C          sbb                         AL,Ib
1D          sbb                         eAX,Iz
1E          push:push-segment           DS
1F          pop:pop-segment             DS
20          and                         Eb,Gb         lock
21          and                         Ev,Gv         lock
22          and                         Gb,Eb
23          and                         Gv,Ev
24          and                         AL,Ib
25          and                         eAX,Iz
# 26        prefix: segment override ES
27          daa                         -
28          sub                         Eb,Gb         lock
29          sub                         Ev,Gv         lock
2A          sub                         Gb,Eb
2B          sub                         Gv,Ev
2C          sub                         AL,Ib
2D          sub                         eAX,Iz
# 2E        prefix: segment override CS
2F          das                         -
30          xor                         Eb,Gb         lock
31          xor                         Ev,Gv         lock
32          xor                         Gb,Eb
33          xor                         Gv,Ev
34          xor                         AL,Ib
35          xor                         eAX,Iz
# 36        prefix: segment override SS
37          aaa                         -
38          cmp                         Eb,Gb
39          cmp                         Ev,Gv
3A          cmp                         Gb,Eb
3B          cmp                         Gv,Ev
3C          cmp                         AL,Ib
3D          cmp                         eAX,Iz
# 3E        prefix: segment override DS
3F          aas                         -

# --- one general register in the opcode's low three bits
40+r        inc                         Zv
48+r        dec                         Zv
50+r        push                        Zv
58+r        pop                         Zv

60          pusha                       -             80186
61          popa                        -             80186
62          bound                       Gv,Ma         80186
63          arpl                        Ew,Gw         80286
# 64        prefix: segment override FS (80386)
# 65        prefix: segment override GS (80386)
# 66        prefix: operand size (80386)
# 67        prefix: address size (80386)
68          push                        Iz            80186
69          imul                        Gv,Ev,Iz      80186
6A          push                        sIb           80186
6B          imul                        Gv,Ev,sIb     80186
6C          ins                         -             byte 80186
6D          ins                         -             80186
6E          outs                        -             byte 80186
6F          outs                        -             80186

70+cc       jcc                         Jb

# 80 81 82 83   group 1
84          test                        Eb,Gb
85          test                        Ev,Gv
86          xchg                        Eb,Gb         lock
87          xchg                        Ev,Gv         lock
88          mov                         Eb,Gb
89          mov                         Ev,Gv
8A          mov                         Gb,Eb
8B          mov                         Gv,Ev
8C          mov:mov-from-segment        Rv/Mw,Sw
8D          lea                         Gv,M
8E          mov:mov-to-segment          Sw!CS,Ew
# 8F        group 1A

90+r        xchg                        Zv,eAX
90          nop                         -
F3 90       pause                       -             Pentium_4
98          cbw                         -
99          cwd                         -
9A          call:call-far               Ap
9B          wait:fwait                  -
9C          pushf                       -
9D          popf                        -
9E          sahf                        -
9F          lahf                        -

A0          mov                         AL,Ob
A1          mov                         eAX,Ov
A2          mov                         Ob,AL
A3          mov                         Ov,eAX
A4          movs                        -             byte
A5          movs                        -
A6          cmps                        -             byte
A7          cmps                        -
A8          test                        AL,Ib
A9          test                        eAX,Iz
AA          stos                        -             byte
AB          stos                        -
AC          lods                        -             byte
AD          lods                        -
AE          scas                        -             byte
AF          scas                        -

B0+r        mov                         Zb,Ib
B8+r        mov                         Zv,Iv

# C0 C1     group 2
C2          ret                         Iw
C3          ret                         -
C4          les:load-far-pointer        Gv,Mp,ES
C5          lds:load-far-pointer        Gv,Mp,DS
# C6 C7     group 11
C8          enter                       Iw,Ib         80186
C9          leave                       -             80186
CA          ret:ret-far                 Iw
CB          ret:ret-far                 -
CC          int3                        -
CD          int                         Ib
CE          into                        -
CF          iret                        -

# D0 D1 D2 D3   group 2
D4          aam                         Ib
D5          aad                         Ib
D6          salc                        -
D7          xlat                        -             byte
# D8 to DF  x87, see x87.ts

E0          loopne                      Jb
E1          loope                       Jb
E2          loop                        Jb
E3          jcxz                        Jb
E4          in                          AL,Ib
E5          in                          eAX,Ib
E6          out                         Ib,AL         byte
E7          out                         Ib,eAX
E8          call                        Jz
E9          jmp                         Jz
EA          jmp:jmp-far                 Ap
EB          jmp                         Jb
EC          in                          AL,DX
ED          in                          eAX,DX
EE          out                         DX,AL         byte
EF          out                         DX,eAX

# F0        prefix: LOCK
F1          int1                        -             80386
# F2        prefix: REPNE
# F3        prefix: REP, REPE
F4          hlt                         -
F5          cmc                         -
# F6 F7     group 3
F8          clc                         -
F9          stc                         -
FA          cli                         -
FB          sti                         -
FC          cld                         -
FD          std                         -
# FE FF     groups 4 and 5
`;
