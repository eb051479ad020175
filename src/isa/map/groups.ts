/**
 * Opcode groups: the ModR/M `reg` field (`/0` to `/7`) completes the opcode (Intel SDM volume 2, appendix A,
 * table A-6). Rows without a `/digit` neighbour are invalid opcodes. Columns as in `one_byte.ts`.
 *
 * @module
 */

export const GROUPS_MAP = `
# --- group 1: immediate arithmetic; 82 is an alias of 80
80 /0       add                         Eb,Ib         lock
80 /1       or                          Eb,Ib         lock
80 /2       adc                         Eb,Ib         lock
80 /3       sbb                         Eb,Ib         lock
80 /4       and                         Eb,Ib         lock
80 /5       sub                         Eb,Ib         lock
80 /6       xor                         Eb,Ib         lock
80 /7       cmp                         Eb,Ib
81 /0       add                         Ev,Iz         lock
81 /1       or                          Ev,Iz         lock
81 /2       adc                         Ev,Iz         lock
81 /3       sbb                         Ev,Iz         lock
81 /4       and                         Ev,Iz         lock
81 /5       sub                         Ev,Iz         lock
81 /6       xor                         Ev,Iz         lock
81 /7       cmp                         Ev,Iz
82 /0       add                         Eb,Ib         lock
82 /1       or                          Eb,Ib         lock
82 /2       adc                         Eb,Ib         lock
82 /3       sbb                         Eb,Ib         lock
82 /4       and                         Eb,Ib         lock
82 /5       sub                         Eb,Ib         lock
82 /6       xor                         Eb,Ib         lock
82 /7       cmp                         Eb,Ib
83 /0       add                         Ev,sIb        lock
83 /1       or                          Ev,sIb        lock
83 /2       adc                         Ev,sIb        lock
83 /3       sbb                         Ev,sIb        lock
83 /4       and                         Ev,sIb        lock
83 /5       sub                         Ev,sIb        lock
83 /6       xor                         Ev,sIb        lock
83 /7       cmp                         Ev,sIb

# --- group 1A
8F /0       pop                         Ev

# --- group 2: shifts by an immediate, by one, by CL; /6 is an alias of /4
C0 /0       rol                         Eb,Ib         80186
C0 /1       ror                         Eb,Ib         80186
C0 /2       rcl                         Eb,Ib         80186
C0 /3       rcr                         Eb,Ib         80186
C0 /4       shl                         Eb,Ib         80186
C0 /5       shr                         Eb,Ib         80186
C0 /6       sal:shl                     Eb,Ib         80186
C0 /7       sar                         Eb,Ib         80186
C1 /0       rol                         Ev,Ib         80186
C1 /1       ror                         Ev,Ib         80186
C1 /2       rcl                         Ev,Ib         80186
C1 /3       rcr                         Ev,Ib         80186
C1 /4       shl                         Ev,Ib         80186
C1 /5       shr                         Ev,Ib         80186
C1 /6       sal:shl                     Ev,Ib         80186
C1 /7       sar                         Ev,Ib         80186
D0 /0       rol                         Eb,1
D0 /1       ror                         Eb,1
D0 /2       rcl                         Eb,1
D0 /3       rcr                         Eb,1
D0 /4       shl                         Eb,1
D0 /5       shr                         Eb,1
D0 /6       sal:shl                     Eb,1
D0 /7       sar                         Eb,1
D1 /0       rol                         Ev,1
D1 /1       ror                         Ev,1
D1 /2       rcl                         Ev,1
D1 /3       rcr                         Ev,1
D1 /4       shl                         Ev,1
D1 /5       shr                         Ev,1
D1 /6       sal:shl                     Ev,1
D1 /7       sar                         Ev,1
D2 /0       rol                         Eb,CL
D2 /1       ror                         Eb,CL
D2 /2       rcl                         Eb,CL
D2 /3       rcr                         Eb,CL
D2 /4       shl                         Eb,CL
D2 /5       shr                         Eb,CL
D2 /6       sal:shl                     Eb,CL
D2 /7       sar                         Eb,CL
D3 /0       rol                         Ev,CL
D3 /1       ror                         Ev,CL
D3 /2       rcl                         Ev,CL
D3 /3       rcr                         Ev,CL
D3 /4       shl                         Ev,CL
D3 /5       shr                         Ev,CL
D3 /6       sal:shl                     Ev,CL
D3 /7       sar                         Ev,CL

# --- group 3: unary arithmetic; /1 is an alias of /0
F6 /0       test                        Eb,Ib
F6 /1       test                        Eb,Ib
F6 /2       not                         Eb            lock
F6 /3       neg                         Eb            lock
F6 /4       mul                         Eb
F6 /5       imul                        Eb
F6 /6       div                         Eb
F6 /7       idiv                        Eb
F7 /0       test                        Ev,Iz
F7 /1       test                        Ev,Iz
F7 /2       not                         Ev            lock
F7 /3       neg                         Ev            lock
F7 /4       mul                         Ev
F7 /5       imul                        Ev
F7 /6       div                         Ev
F7 /7       idiv                        Ev

# --- groups 4 and 5: increment, indirect transfers
FE /0       inc                         Eb            lock
FE /1       dec                         Eb            lock
FF /0       inc                         Ev            lock
FF /1       dec                         Ev            lock
FF /2       call                        Ev            cost=call-indirect
FF /3       call:call-far               Mp
FF /4       jmp                         Ev            cost=jump-indirect
FF /5       jmp:jmp-far                 Mp
FF /6       push                        Ev

# --- group 6: local descriptor table, task register, verification (protected mode only; #UD is execution's business)
0F 00 /0    sldt                        Rv/Mw         80286
0F 00 /1    str                         Rv/Mw         80286
0F 00 /2    lldt                        Ew            80286
0F 00 /3    ltr                         Ew            80286
0F 00 /4    verr                        Ew            80286
0F 00 /5    verw                        Ew            80286

# --- group 7: descriptor tables, machine status word; the register half holds VMX
0F 01 /0    sgdt                        Ms            80286
0F 01 /1    sidt                        Ms            80286
0F 01 /2    lgdt                        Ms            80286
0F 01 /3    lidt                        Ms            80286
0F 01 /4    smsw                        Rv/Mw         80286
0F 01 /6    lmsw                        Ew            80286
0F 01 /7    invlpg                      M             80486
NP 0F 01 C1  vmcall                      -             VT-x
NP 0F 01 C2  vmlaunch                    -             VT-x
NP 0F 01 C3  vmresume                    -             VT-x
NP 0F 01 C4  vmxoff                      -             VT-x

# --- group 8: bit test with an immediate
0F BA /4    bt                          Ev,Ib         80386
0F BA /5    bts                         Ev,Ib         80386 lock
0F BA /6    btr                         Ev,Ib         80386 lock
0F BA /7    btc                         Ev,Ib         80386 lock

# --- group 9
0F C7 /1    cmpxchg8b                   Mq            Pentium lock
NP 0F C7 /6  vmptrld                     Mq            VT-x
66 0F C7 /6  vmclear                     Mq            VT-x
F3 0F C7 /6  vmxon                       Mq            VT-x
NP 0F C7 /7  vmptrst                     Mq            VT-x

# --- group 11: move an immediate
C6 /0       mov                         Eb,Ib
C7 /0       mov                         Ev,Iz
`;
