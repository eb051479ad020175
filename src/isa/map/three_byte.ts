/**
 * The three-byte opcode maps 0F 38 and 0F 3A (Intel SDM volume 2, appendix A, tables ): SSSE3, SSE4.1 and
 * SSE4.2. The operation of all of them is `vector`. Columns as in `one_byte.ts`.
 *
 * @module
 */

export const THREE_BYTE_MAP = `
NP 0F 38 00       pshufb        Pq,Qq           Core_2
66 0F 38 00       pshufb        Vdq,Wdq         Core_2
NP 0F 38 01       phaddw        Pq,Qq           Core_2
66 0F 38 01       phaddw        Vdq,Wdq         Core_2
NP 0F 38 02       phaddd        Pq,Qq           Core_2
66 0F 38 02       phaddd        Vdq,Wdq         Core_2
NP 0F 38 03       phaddsw       Pq,Qq           Core_2
66 0F 38 03       phaddsw       Vdq,Wdq         Core_2
NP 0F 38 04       pmaddubsw     Pq,Qq           Core_2
66 0F 38 04       pmaddubsw     Vdq,Wdq         Core_2
NP 0F 38 05       phsubw        Pq,Qq           Core_2
66 0F 38 05       phsubw        Vdq,Wdq         Core_2
NP 0F 38 06       phsubd        Pq,Qq           Core_2
66 0F 38 06       phsubd        Vdq,Wdq         Core_2
NP 0F 38 07       phsubsw       Pq,Qq           Core_2
66 0F 38 07       phsubsw       Vdq,Wdq         Core_2
NP 0F 38 08       psignb        Pq,Qq           Core_2
66 0F 38 08       psignb        Vdq,Wdq         Core_2
NP 0F 38 09       psignw        Pq,Qq           Core_2
66 0F 38 09       psignw        Vdq,Wdq         Core_2
NP 0F 38 0A       psignd        Pq,Qq           Core_2
66 0F 38 0A       psignd        Vdq,Wdq         Core_2
NP 0F 38 0B       pmulhrsw      Pq,Qq           Core_2
66 0F 38 0B       pmulhrsw      Vdq,Wdq         Core_2
66 0F 38 10       pblendvb      Vdq,Wdq         Penryn
66 0F 38 14       blendvps      Vdq,Wdq         Penryn
66 0F 38 15       blendvpd      Vdq,Wdq         Penryn
66 0F 38 17       ptest         Vdq,Wdq         Penryn
NP 0F 38 1C       pabsb         Pq,Qq           Core_2
66 0F 38 1C       pabsb         Vdq,Wdq         Core_2
NP 0F 38 1D       pabsw         Pq,Qq           Core_2
66 0F 38 1D       pabsw         Vdq,Wdq         Core_2
NP 0F 38 1E       pabsd         Pq,Qq           Core_2
66 0F 38 1E       pabsd         Vdq,Wdq         Core_2
66 0F 38 20       pmovsxbw      Vdq,Wq          Penryn
66 0F 38 21       pmovsxbd      Vdq,Wd          Penryn
66 0F 38 22       pmovsxbq      Vdq,Ww          Penryn
66 0F 38 23       pmovsxwd      Vdq,Wq          Penryn
66 0F 38 24       pmovsxwq      Vdq,Wd          Penryn
66 0F 38 25       pmovsxdq      Vdq,Wq          Penryn
66 0F 38 28       pmuldq        Vdq,Wdq         Penryn
66 0F 38 29       pcmpeqq       Vdq,Wdq         Penryn
66 0F 38 2A       movntdqa      Vdq,Mdq         Penryn
66 0F 38 2B       packusdw      Vdq,Wdq         Penryn
66 0F 38 30       pmovzxbw      Vdq,Wq          Penryn
66 0F 38 31       pmovzxbd      Vdq,Wd          Penryn
66 0F 38 32       pmovzxbq      Vdq,Ww          Penryn
66 0F 38 33       pmovzxwd      Vdq,Wq          Penryn
66 0F 38 34       pmovzxwq      Vdq,Wd          Penryn
66 0F 38 35       pmovzxdq      Vdq,Wq          Penryn
66 0F 38 37       pcmpgtq       Vdq,Wdq         Nehalem
66 0F 38 38       pminsb        Vdq,Wdq         Penryn
66 0F 38 39       pminsd        Vdq,Wdq         Penryn
66 0F 38 3A       pminuw        Vdq,Wdq         Penryn
66 0F 38 3B       pminud        Vdq,Wdq         Penryn
66 0F 38 3C       pmaxsb        Vdq,Wdq         Penryn
66 0F 38 3D       pmaxsd        Vdq,Wdq         Penryn
66 0F 38 3E       pmaxuw        Vdq,Wdq         Penryn
66 0F 38 3F       pmaxud        Vdq,Wdq         Penryn
66 0F 38 40       pmulld        Vdq,Wdq         Penryn
66 0F 38 41       phminposuw    Vdq,Wdq         Penryn
F2 0F 38 F0       crc32         Gd,Eb           Nehalem
F2 0F 38 F1       crc32         Gd,Ev           Nehalem
66 0F 3A 08       roundps       Vdq,Wdq,Ib      Penryn
66 0F 3A 09       roundpd       Vdq,Wdq,Ib      Penryn
66 0F 3A 0A       roundss       Vdq,Wd,Ib       Penryn
66 0F 3A 0B       roundsd       Vdq,Wq,Ib       Penryn
66 0F 3A 0C       blendps       Vdq,Wdq,Ib      Penryn
66 0F 3A 0D       blendpd       Vdq,Wdq,Ib      Penryn
66 0F 3A 0E       pblendw       Vdq,Wdq,Ib      Penryn
NP 0F 3A 0F       palignr       Pq,Qq,Ib        Core_2
66 0F 3A 0F       palignr       Vdq,Wdq,Ib      Core_2
66 0F 3A 14       pextrb        Rd/Mb,Vdq,Ib    Penryn
66 0F 3A 15       pextrw        Rd/Mw,Vdq,Ib    Penryn
66 0F 3A 16       pextrd        Ed,Vdq,Ib       Penryn
66 0F 3A 17       extractps     Ed,Vdq,Ib       Penryn
66 0F 3A 20       pinsrb        Vdq,Rd/Mb,Ib    Penryn
66 0F 3A 21       insertps      Vdq,Wd,Ib       Penryn
66 0F 3A 22       pinsrd        Vdq,Ed,Ib       Penryn
66 0F 3A 40       dpps          Vdq,Wdq,Ib      Penryn
66 0F 3A 41       dppd          Vdq,Wdq,Ib      Penryn
66 0F 3A 42       mpsadbw       Vdq,Wdq,Ib      Penryn
66 0F 3A 60       pcmpestrm     Vdq,Wdq,Ib      Nehalem
66 0F 3A 61       pcmpestri     Vdq,Wdq,Ib      Nehalem
66 0F 3A 62       pcmpistrm     Vdq,Wdq,Ib      Nehalem
66 0F 3A 63       pcmpistri     Vdq,Wdq,Ib      Nehalem
`;
