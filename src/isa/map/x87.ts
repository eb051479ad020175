/**
 * The x87 escape opcodes D8 to DF (Intel SDM volume 2, appendix A, tables ): memory operands choose by the
 * ModR/M `reg` field, register operands by the whole ModR/M byte (`C0+i` is a row of eight). The operation of all of
 * them is `x87`. Columns as in `one_byte.ts`.
 *
 * @module
 */

export const X87_MAP = `
D8 /0       fadd                        Md
D8 /1       fmul                        Md
D8 /2       fcom                        Md
D8 /3       fcomp                       Md
D8 /4       fsub                        Md
D8 /5       fsubr                       Md
D8 /6       fdiv                        Md
D8 /7       fdivr                       Md
D8 C0+i     fadd                        ST,STi
D8 C8+i     fmul                        ST,STi
D8 D0+i     fcom                        ST,STi
D8 D8+i     fcomp                       ST,STi
D8 E0+i     fsub                        ST,STi
D8 E8+i     fsubr                       ST,STi
D8 F0+i     fdiv                        ST,STi
D8 F8+i     fdivr                       ST,STi

D9 /0       fld                         Md
D9 /2       fst                         Md
D9 /3       fstp                        Md
D9 /4       fldenv                      Me
D9 /5       fldcw                       Mw
D9 /6       fnstenv                     Me
D9 /7       fnstcw                      Mw
D9 C0+i     fld                         STi
D9 C8+i     fxch                        ST,STi
D9 D0       fnop                        -
D9 D8+i     fstpnce                     STi,ST
D9 E0       fchs                        -
D9 E1       fabs                        -
D9 E4       ftst                        -
D9 E5       fxam                        -
D9 E8       fld1                        -
D9 E9       fldl2t                      -
D9 EA       fldl2e                      -
D9 EB       fldpi                       -
D9 EC       fldlg2                      -
D9 ED       fldln2                      -
D9 EE       fldz                        -
D9 F0       f2xm1                       -
D9 F1       fyl2x                       -
D9 F2       fptan                       -
D9 F3       fpatan                      -
D9 F4       fxtract                     -
D9 F5       fprem1                      -             80387
D9 F6       fdecstp                     -
D9 F7       fincstp                     -
D9 F8       fprem                       -
D9 F9       fyl2xp1                     -
D9 FA       fsqrt                       -
D9 FB       fsincos                     -             80387
D9 FC       frndint                     -
D9 FD       fscale                      -
D9 FE       fsin                        -             80387
D9 FF       fcos                        -             80387

DA /0       fiadd                       Md
DA /1       fimul                       Md
DA /2       ficom                       Md
DA /3       ficomp                      Md
DA /4       fisub                       Md
DA /5       fisubr                      Md
DA /6       fidiv                       Md
DA /7       fidivr                      Md
DA C0+i     fcmovb                      ST,STi        Pentium_Pro
DA C8+i     fcmove                      ST,STi        Pentium_Pro
DA D0+i     fcmovbe                     ST,STi        Pentium_Pro
DA D8+i     fcmovu                      ST,STi        Pentium_Pro
DA E9       fucompp                     -             80387

DB /0       fild                        Md
DB /1       fisttp                      Md            Pentium_4_Prescott
DB /2       fist                        Md
DB /3       fistp                       Md
DB /5       fld                         Mt
DB /7       fstp                        Mt
DB C0+i     fcmovnb                     ST,STi        Pentium_Pro
DB C8+i     fcmovne                     ST,STi        Pentium_Pro
DB D0+i     fcmovnbe                    ST,STi        Pentium_Pro
DB D8+i     fcmovnu                     ST,STi        Pentium_Pro
DB E0       fneni                       -
DB E1       fndisi                      -
DB E2       fnclex                      -
DB E3       fninit                      -
DB E4       fnsetpm                     -             80287
DB E8+i     fucomi                      ST,STi        Pentium_Pro
DB F0+i     fcomi                       ST,STi        Pentium_Pro

DC /0       fadd                        Mq
DC /1       fmul                        Mq
DC /2       fcom                        Mq
DC /3       fcomp                       Mq
DC /4       fsub                        Mq
DC /5       fsubr                       Mq
DC /6       fdiv                        Mq
DC /7       fdivr                       Mq
DC C0+i     fadd                        STi,ST
DC C8+i     fmul                        STi,ST
DC D0+i     fcom                        ST,STi
DC D8+i     fcomp                       ST,STi
DC E0+i     fsubr                       STi,ST
DC E8+i     fsub                        STi,ST
DC F0+i     fdivr                       STi,ST
DC F8+i     fdiv                        STi,ST

DD /0       fld                         Mq
DD /1       fisttp                      Mq            Pentium_4_Prescott
DD /2       fst                         Mq
DD /3       fstp                        Mq
DD /4       frstor                      Mx
DD /6       fnsave                      Mx
DD /7       fnstsw                      Mw
DD C0+i     ffree                       STi
DD C8+i     fxch                        ST,STi
DD D0+i     fst                         STi
DD D8+i     fstp                        STi
DD E0+i     fucom                       ST,STi        80387
DD E8+i     fucomp                      ST,STi        80387

DE /0       fiadd                       Mw
DE /1       fimul                       Mw
DE /2       ficom                       Mw
DE /3       ficomp                      Mw
DE /4       fisub                       Mw
DE /5       fisubr                      Mw
DE /6       fidiv                       Mw
DE /7       fidivr                      Mw
DE C0+i     faddp                       STi,ST
DE C8+i     fmulp                       STi,ST
DE D0+i     fcomp                       ST,STi
DE D9       fcompp                      -
DE E0+i     fsubrp                      STi,ST
DE E8+i     fsubp                       STi,ST
DE F0+i     fdivrp                      STi,ST
DE F8+i     fdivp                       STi,ST

DF /0       fild                        Mw
DF /1       fisttp                      Mw            Pentium_4_Prescott
DF /2       fist                        Mw
DF /3       fistp                       Mw
DF /4       fbld                        Mt
DF /5       fild                        Mq
DF /6       fbstp                       Mt
DF /7       fistp                       Mq
DF C0+i     ffreep                      STi
DF C8+i     fxch                        ST,STi
DF D0+i     fstp                        STi
DF D8+i     fstp                        STi
DF E0       fnstsw                      AX            80287
DF E8+i     fucomip                     ST,STi        Pentium_Pro
DF F0+i     fcomip                      ST,STi        Pentium_Pro
`;
