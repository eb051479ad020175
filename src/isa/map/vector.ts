/**
 * MMX, SSE, SSE2 and SSE3 in the two-byte opcode map, and FXSAVE (Intel SDM volume 2, appendix A, table A-3): enough
 * to give every encoding its length and its validity. A mandatory prefix (NP: none of 66, F3, F2) is part of the opcode.
 * The operation of all of them is `vector`. Columns as in `one_byte.ts`.
 *
 * @module
 */

export const VECTOR_MAP = `
NP 0F 10          movups        Vdq,Wdq         Pentium_III
66 0F 10          movupd        Vdq,Wdq         Pentium_4
F3 0F 10          movss         Vdq,Wd          Pentium_III
F2 0F 10          movsd         Vdq,Wq          Pentium_4
NP 0F 11          movups        Wdq,Vdq         Pentium_III
66 0F 11          movupd        Wdq,Vdq         Pentium_4
F3 0F 11          movss         Wd,Vdq          Pentium_III
F2 0F 11          movsd         Wq,Vdq          Pentium_4
NP 0F 12          movhlps       Vdq,Udq         Pentium_III
NP 0F 12          movlps        Vdq,Mq          Pentium_III
66 0F 12          movlpd        Vdq,Mq          Pentium_4
F3 0F 12          movsldup      Vdq,Wdq         Pentium_4_Prescott
F2 0F 12          movddup       Vdq,Wq          Pentium_4_Prescott
NP 0F 13          movlps        Mq,Vdq          Pentium_III
66 0F 13          movlpd        Mq,Vdq          Pentium_4
NP 0F 14          unpcklps      Vdq,Wdq         Pentium_III
66 0F 14          unpcklpd      Vdq,Wdq         Pentium_4
NP 0F 15          unpckhps      Vdq,Wdq         Pentium_III
66 0F 15          unpckhpd      Vdq,Wdq         Pentium_4
NP 0F 16          movlhps       Vdq,Udq         Pentium_III
NP 0F 16          movhps        Vdq,Mq          Pentium_III
66 0F 16          movhpd        Vdq,Mq          Pentium_4
F3 0F 16          movshdup      Vdq,Wdq         Pentium_4_Prescott
NP 0F 17          movhps        Mq,Vdq          Pentium_III
66 0F 17          movhpd        Mq,Vdq          Pentium_4
NP 0F 28          movaps        Vdq,Wdq         Pentium_III
66 0F 28          movapd        Vdq,Wdq         Pentium_4
NP 0F 29          movaps        Wdq,Vdq         Pentium_III
66 0F 29          movapd        Wdq,Vdq         Pentium_4
NP 0F 2A          cvtpi2ps      Vdq,Qq          Pentium_III
66 0F 2A          cvtpi2pd      Vdq,Qq          Pentium_4
F3 0F 2A          cvtsi2ss      Vdq,Ed          Pentium_III
F2 0F 2A          cvtsi2sd      Vdq,Ed          Pentium_4
NP 0F 2B          movntps       Mdq,Vdq         Pentium_III
66 0F 2B          movntpd       Mdq,Vdq         Pentium_4
NP 0F 2C          cvttps2pi     Pq,Wq           Pentium_III
66 0F 2C          cvttpd2pi     Pq,Wdq          Pentium_4
F3 0F 2C          cvttss2si     Gd,Wd           Pentium_III
F2 0F 2C          cvttsd2si     Gd,Wq           Pentium_4
NP 0F 2D          cvtps2pi      Pq,Wq           Pentium_III
66 0F 2D          cvtpd2pi      Pq,Wdq          Pentium_4
F3 0F 2D          cvtss2si      Gd,Wd           Pentium_III
F2 0F 2D          cvtsd2si      Gd,Wq           Pentium_4
NP 0F 2E          ucomiss       Vdq,Wd          Pentium_III
66 0F 2E          ucomisd       Vdq,Wq          Pentium_4
NP 0F 2F          comiss        Vdq,Wd          Pentium_III
66 0F 2F          comisd        Vdq,Wq          Pentium_4
NP 0F 50          movmskps      Gd,Udq          Pentium_III
66 0F 50          movmskpd      Gd,Udq          Pentium_4
NP 0F 51          sqrtps        Vdq,Wdq         Pentium_III
66 0F 51          sqrtpd        Vdq,Wdq         Pentium_4
F3 0F 51          sqrtss        Vdq,Wd          Pentium_III
F2 0F 51          sqrtsd        Vdq,Wq          Pentium_4
NP 0F 52          rsqrtps       Vdq,Wdq         Pentium_III
F3 0F 52          rsqrtss       Vdq,Wd          Pentium_III
NP 0F 53          rcpps         Vdq,Wdq         Pentium_III
F3 0F 53          rcpss         Vdq,Wd          Pentium_III
NP 0F 54          andps         Vdq,Wdq         Pentium_III
66 0F 54          andpd         Vdq,Wdq         Pentium_4
NP 0F 55          andnps        Vdq,Wdq         Pentium_III
66 0F 55          andnpd        Vdq,Wdq         Pentium_4
NP 0F 56          orps          Vdq,Wdq         Pentium_III
66 0F 56          orpd          Vdq,Wdq         Pentium_4
NP 0F 57          xorps         Vdq,Wdq         Pentium_III
66 0F 57          xorpd         Vdq,Wdq         Pentium_4
NP 0F 58          addps         Vdq,Wdq         Pentium_III
66 0F 58          addpd         Vdq,Wdq         Pentium_4
F3 0F 58          addss         Vdq,Wd          Pentium_III
F2 0F 58          addsd         Vdq,Wq          Pentium_4
NP 0F 59          mulps         Vdq,Wdq         Pentium_III
66 0F 59          mulpd         Vdq,Wdq         Pentium_4
F3 0F 59          mulss         Vdq,Wd          Pentium_III
F2 0F 59          mulsd         Vdq,Wq          Pentium_4
NP 0F 5A          cvtps2pd      Vdq,Wq          Pentium_4
66 0F 5A          cvtpd2ps      Vdq,Wdq         Pentium_4
F3 0F 5A          cvtss2sd      Vdq,Wd          Pentium_4
F2 0F 5A          cvtsd2ss      Vdq,Wq          Pentium_4
NP 0F 5B          cvtdq2ps      Vdq,Wdq         Pentium_4
66 0F 5B          cvtps2dq      Vdq,Wdq         Pentium_4
F3 0F 5B          cvttps2dq     Vdq,Wdq         Pentium_4
NP 0F 5C          subps         Vdq,Wdq         Pentium_III
66 0F 5C          subpd         Vdq,Wdq         Pentium_4
F3 0F 5C          subss         Vdq,Wd          Pentium_III
F2 0F 5C          subsd         Vdq,Wq          Pentium_4
NP 0F 5D          minps         Vdq,Wdq         Pentium_III
66 0F 5D          minpd         Vdq,Wdq         Pentium_4
F3 0F 5D          minss         Vdq,Wd          Pentium_III
F2 0F 5D          minsd         Vdq,Wq          Pentium_4
NP 0F 5E          divps         Vdq,Wdq         Pentium_III
66 0F 5E          divpd         Vdq,Wdq         Pentium_4
F3 0F 5E          divss         Vdq,Wd          Pentium_III
F2 0F 5E          divsd         Vdq,Wq          Pentium_4
NP 0F 5F          maxps         Vdq,Wdq         Pentium_III
66 0F 5F          maxpd         Vdq,Wdq         Pentium_4
F3 0F 5F          maxss         Vdq,Wd          Pentium_III
F2 0F 5F          maxsd         Vdq,Wq          Pentium_4
NP 0F 60          punpcklbw     Pq,Qd           Pentium_MMX
66 0F 60          punpcklbw     Vdq,Wdq         Pentium_4
NP 0F 61          punpcklwd     Pq,Qd           Pentium_MMX
66 0F 61          punpcklwd     Vdq,Wdq         Pentium_4
NP 0F 62          punpckldq     Pq,Qd           Pentium_MMX
66 0F 62          punpckldq     Vdq,Wdq         Pentium_4
NP 0F 63          packsswb      Pq,Qq           Pentium_MMX
66 0F 63          packsswb      Vdq,Wdq         Pentium_4
NP 0F 64          pcmpgtb       Pq,Qq           Pentium_MMX
66 0F 64          pcmpgtb       Vdq,Wdq         Pentium_4
NP 0F 65          pcmpgtw       Pq,Qq           Pentium_MMX
66 0F 65          pcmpgtw       Vdq,Wdq         Pentium_4
NP 0F 66          pcmpgtd       Pq,Qq           Pentium_MMX
66 0F 66          pcmpgtd       Vdq,Wdq         Pentium_4
NP 0F 67          packuswb      Pq,Qq           Pentium_MMX
66 0F 67          packuswb      Vdq,Wdq         Pentium_4
NP 0F 68          punpckhbw     Pq,Qq           Pentium_MMX
66 0F 68          punpckhbw     Vdq,Wdq         Pentium_4
NP 0F 69          punpckhwd     Pq,Qq           Pentium_MMX
66 0F 69          punpckhwd     Vdq,Wdq         Pentium_4
NP 0F 6A          punpckhdq     Pq,Qq           Pentium_MMX
66 0F 6A          punpckhdq     Vdq,Wdq         Pentium_4
NP 0F 6B          packssdw      Pq,Qq           Pentium_MMX
66 0F 6B          packssdw      Vdq,Wdq         Pentium_4
66 0F 6C          punpcklqdq    Vdq,Wdq         Pentium_4
66 0F 6D          punpckhqdq    Vdq,Wdq         Pentium_4
NP 0F 6E          movd          Pq,Ed           Pentium_MMX
66 0F 6E          movd          Vdq,Ed          Pentium_4
NP 0F 6F          movq          Pq,Qq           Pentium_MMX
66 0F 6F          movdqa        Vdq,Wdq         Pentium_4
F3 0F 6F          movdqu        Vdq,Wdq         Pentium_4
NP 0F 70          pshufw        Pq,Qq,Ib        Pentium_III
66 0F 70          pshufd        Vdq,Wdq,Ib      Pentium_4
F3 0F 70          pshufhw       Vdq,Wdq,Ib      Pentium_4
F2 0F 70          pshuflw       Vdq,Wdq,Ib      Pentium_4
NP 0F 71 /2       psrlw         Nq,Ib           Pentium_MMX
66 0F 71 /2       psrlw         Udq,Ib          Pentium_4
NP 0F 71 /4       psraw         Nq,Ib           Pentium_MMX
66 0F 71 /4       psraw         Udq,Ib          Pentium_4
NP 0F 71 /6       psllw         Nq,Ib           Pentium_MMX
66 0F 71 /6       psllw         Udq,Ib          Pentium_4
NP 0F 72 /2       psrld         Nq,Ib           Pentium_MMX
66 0F 72 /2       psrld         Udq,Ib          Pentium_4
NP 0F 72 /4       psrad         Nq,Ib           Pentium_MMX
66 0F 72 /4       psrad         Udq,Ib          Pentium_4
NP 0F 72 /6       pslld         Nq,Ib           Pentium_MMX
66 0F 72 /6       pslld         Udq,Ib          Pentium_4
NP 0F 73 /2       psrlq         Nq,Ib           Pentium_MMX
66 0F 73 /2       psrlq         Udq,Ib          Pentium_4
66 0F 73 /3       psrldq        Udq,Ib          Pentium_4
NP 0F 73 /6       psllq         Nq,Ib           Pentium_MMX
66 0F 73 /6       psllq         Udq,Ib          Pentium_4
66 0F 73 /7       pslldq        Udq,Ib          Pentium_4
NP 0F 74          pcmpeqb       Pq,Qq           Pentium_MMX
66 0F 74          pcmpeqb       Vdq,Wdq         Pentium_4
NP 0F 75          pcmpeqw       Pq,Qq           Pentium_MMX
66 0F 75          pcmpeqw       Vdq,Wdq         Pentium_4
NP 0F 76          pcmpeqd       Pq,Qq           Pentium_MMX
66 0F 76          pcmpeqd       Vdq,Wdq         Pentium_4
NP 0F 77          emms          -               Pentium_MMX
66 0F 7C          haddpd        Vdq,Wdq         Pentium_4_Prescott
F2 0F 7C          haddps        Vdq,Wdq         Pentium_4_Prescott
66 0F 7D          hsubpd        Vdq,Wdq         Pentium_4_Prescott
F2 0F 7D          hsubps        Vdq,Wdq         Pentium_4_Prescott
NP 0F 7E          movd          Ed,Pq           Pentium_MMX
66 0F 7E          movd          Ed,Vdq          Pentium_4
F3 0F 7E          movq          Vdq,Wq          Pentium_4
NP 0F 7F          movq          Qq,Pq           Pentium_MMX
66 0F 7F          movdqa        Wdq,Vdq         Pentium_4
F3 0F 7F          movdqu        Wdq,Vdq         Pentium_4
NP 0F AE /0       fxsave        Mx              Pentium_II
NP 0F AE /1       fxrstor       Mx              Pentium_II
NP 0F AE /2       ldmxcsr       Md              Pentium_III
NP 0F AE /3       stmxcsr       Md              Pentium_III
NP 0F AE /7       clflush       Mb              Pentium_4
NP 0F AE E8+i     lfence        -               Pentium_4
NP 0F AE F0+i     mfence        -               Pentium_4
NP 0F AE F8+i     sfence        -               Pentium_III
NP 0F C2          cmpps         Vdq,Wdq,Ib      Pentium_III
66 0F C2          cmppd         Vdq,Wdq,Ib      Pentium_4
F3 0F C2          cmpss         Vdq,Wd,Ib       Pentium_III
F2 0F C2          cmpsd         Vdq,Wq,Ib       Pentium_4
NP 0F C3          movnti        Md,Gd           Pentium_4
NP 0F C4          pinsrw        Pq,Rd/Mw,Ib     Pentium_III
66 0F C4          pinsrw        Vdq,Rd/Mw,Ib    Pentium_4
NP 0F C5          pextrw        Gd,Nq,Ib        Pentium_III
66 0F C5          pextrw        Gd,Udq,Ib       Pentium_4
NP 0F C6          shufps        Vdq,Wdq,Ib      Pentium_III
66 0F C6          shufpd        Vdq,Wdq,Ib      Pentium_4
66 0F D0          addsubpd      Vdq,Wdq         Pentium_4_Prescott
F2 0F D0          addsubps      Vdq,Wdq         Pentium_4_Prescott
NP 0F D1          psrlw         Pq,Qq           Pentium_MMX
66 0F D1          psrlw         Vdq,Wdq         Pentium_4
NP 0F D2          psrld         Pq,Qq           Pentium_MMX
66 0F D2          psrld         Vdq,Wdq         Pentium_4
NP 0F D3          psrlq         Pq,Qq           Pentium_MMX
66 0F D3          psrlq         Vdq,Wdq         Pentium_4
NP 0F D4          paddq         Pq,Qq           Pentium_MMX
66 0F D4          paddq         Vdq,Wdq         Pentium_4
NP 0F D5          pmullw        Pq,Qq           Pentium_MMX
66 0F D5          pmullw        Vdq,Wdq         Pentium_4
66 0F D6          movq          Wq,Vdq          Pentium_4
F3 0F D6          movq2dq       Vdq,Nq          Pentium_4
F2 0F D6          movdq2q       Pq,Udq          Pentium_4
NP 0F D7          pmovmskb      Gd,Nq           Pentium_III
66 0F D7          pmovmskb      Gd,Udq          Pentium_4
NP 0F D8          psubusb       Pq,Qq           Pentium_MMX
66 0F D8          psubusb       Vdq,Wdq         Pentium_4
NP 0F D9          psubusw       Pq,Qq           Pentium_MMX
66 0F D9          psubusw       Vdq,Wdq         Pentium_4
NP 0F DA          pminub        Pq,Qq           Pentium_III
66 0F DA          pminub        Vdq,Wdq         Pentium_4
NP 0F DB          pand          Pq,Qq           Pentium_MMX
66 0F DB          pand          Vdq,Wdq         Pentium_4
NP 0F DC          paddusb       Pq,Qq           Pentium_MMX
66 0F DC          paddusb       Vdq,Wdq         Pentium_4
NP 0F DD          paddusw       Pq,Qq           Pentium_MMX
66 0F DD          paddusw       Vdq,Wdq         Pentium_4
NP 0F DE          pmaxub        Pq,Qq           Pentium_III
66 0F DE          pmaxub        Vdq,Wdq         Pentium_4
NP 0F DF          pandn         Pq,Qq           Pentium_MMX
66 0F DF          pandn         Vdq,Wdq         Pentium_4
NP 0F E0          pavgb         Pq,Qq           Pentium_III
66 0F E0          pavgb         Vdq,Wdq         Pentium_4
NP 0F E1          psraw         Pq,Qq           Pentium_MMX
66 0F E1          psraw         Vdq,Wdq         Pentium_4
NP 0F E2          psrad         Pq,Qq           Pentium_MMX
66 0F E2          psrad         Vdq,Wdq         Pentium_4
NP 0F E3          pavgw         Pq,Qq           Pentium_III
66 0F E3          pavgw         Vdq,Wdq         Pentium_4
NP 0F E4          pmulhuw       Pq,Qq           Pentium_III
66 0F E4          pmulhuw       Vdq,Wdq         Pentium_4
NP 0F E5          pmulhw        Pq,Qq           Pentium_MMX
66 0F E5          pmulhw        Vdq,Wdq         Pentium_4
66 0F E6          cvttpd2dq     Vdq,Wdq         Pentium_4
F3 0F E6          cvtdq2pd      Vdq,Wq          Pentium_4
F2 0F E6          cvtpd2dq      Vdq,Wdq         Pentium_4
NP 0F E7          movntq        Mq,Pq           Pentium_III
66 0F E7          movntdq       Mdq,Vdq         Pentium_4
NP 0F E8          psubsb        Pq,Qq           Pentium_MMX
66 0F E8          psubsb        Vdq,Wdq         Pentium_4
NP 0F E9          psubsw        Pq,Qq           Pentium_MMX
66 0F E9          psubsw        Vdq,Wdq         Pentium_4
NP 0F EA          pminsw        Pq,Qq           Pentium_III
66 0F EA          pminsw        Vdq,Wdq         Pentium_4
NP 0F EB          por           Pq,Qq           Pentium_MMX
66 0F EB          por           Vdq,Wdq         Pentium_4
NP 0F EC          paddsb        Pq,Qq           Pentium_MMX
66 0F EC          paddsb        Vdq,Wdq         Pentium_4
NP 0F ED          paddsw        Pq,Qq           Pentium_MMX
66 0F ED          paddsw        Vdq,Wdq         Pentium_4
NP 0F EE          pmaxsw        Pq,Qq           Pentium_III
66 0F EE          pmaxsw        Vdq,Wdq         Pentium_4
NP 0F EF          pxor          Pq,Qq           Pentium_MMX
66 0F EF          pxor          Vdq,Wdq         Pentium_4
F2 0F F0          lddqu         Vdq,Mdq         Pentium_4_Prescott
NP 0F F1          psllw         Pq,Qq           Pentium_MMX
66 0F F1          psllw         Vdq,Wdq         Pentium_4
NP 0F F2          pslld         Pq,Qq           Pentium_MMX
66 0F F2          pslld         Vdq,Wdq         Pentium_4
NP 0F F3          psllq         Pq,Qq           Pentium_MMX
66 0F F3          psllq         Vdq,Wdq         Pentium_4
NP 0F F4          pmuludq       Pq,Qq           Pentium_4
66 0F F4          pmuludq       Vdq,Wdq         Pentium_4
NP 0F F5          pmaddwd       Pq,Qq           Pentium_MMX
66 0F F5          pmaddwd       Vdq,Wdq         Pentium_4
NP 0F F6          psadbw        Pq,Qq           Pentium_III
66 0F F6          psadbw        Vdq,Wdq         Pentium_4
NP 0F F7          maskmovq      Pq,Nq           Pentium_III
66 0F F7          maskmovdqu    Vdq,Udq         Pentium_4
NP 0F F8          psubb         Pq,Qq           Pentium_MMX
66 0F F8          psubb         Vdq,Wdq         Pentium_4
NP 0F F9          psubw         Pq,Qq           Pentium_MMX
66 0F F9          psubw         Vdq,Wdq         Pentium_4
NP 0F FA          psubd         Pq,Qq           Pentium_MMX
66 0F FA          psubd         Vdq,Wdq         Pentium_4
NP 0F FB          psubq         Pq,Qq           Pentium_4
66 0F FB          psubq         Vdq,Wdq         Pentium_4
NP 0F FC          paddb         Pq,Qq           Pentium_MMX
66 0F FC          paddb         Vdq,Wdq         Pentium_4
NP 0F FD          paddw         Pq,Qq           Pentium_MMX
66 0F FD          paddw         Vdq,Wdq         Pentium_4
NP 0F FE          paddd         Pq,Qq           Pentium_MMX
66 0F FE          paddd         Vdq,Wdq         Pentium_4
`;
