/**
 * Where the decoder and iced-x86 differ on purpose, each with its reason. The decoder is a 32-bit Intel processor of
 * the Pentium Pro family (with MMX and SSE encodings up to SSE4.2, and VMX); iced-x86 decodes everything that any vendor
 * ever shipped.
 *
 * @module
 */

/**
 * A kind of difference. It holds when our decoder finds an invalid opcode where iced-x86 finds an instruction with one of
 * these encodings, extensions or mnemonics.
 */
export interface KnownDifference {
  readonly group: string;
  readonly explained: string;
  /** Names of iced-x86's `EncodingKind`. */
  readonly encodings?: readonly string[];
  /** Names of iced-x86's `CpuidFeature`. */
  readonly features?: readonly string[];
  /** Names of iced-x86's `Mnemonic`. */
  readonly mnemonics?: readonly string[];
}

export const KNOWN_DIFFERENCES: readonly KnownDifference[] = [
  {
    group: "VEX, EVEX and MVEX prefixes",
    explained:
      "C4, C5 and 62 are LES, LDS and BOUND, which want memory: with a register operand they were invalid until " +
      "AVX (2011) made prefixes of those encodings.",
    encodings: ["VEX", "EVEX", "MVEX"],
  },
  {
    group: "XOP prefix",
    explained: "8F is POP with /0 alone; AMD made a prefix of other ModR/M bytes (2011 to 2017).",
    encodings: ["XOP"],
  },
  {
    group: "3DNow!",
    explained: "AMD's 0F 0F and 0F 0E (FEMMS) never were in an Intel processor.",
    encodings: ["D3NOW"],
    features: ["D3NOW"],
  },
  {
    group: "AMD extensions",
    explained: "AMD alone has these in 32-bit mode; Intel processors raise #UD, for SYSCALL and SYSRET too.",
    features: [
      "CLZERO",
      "INVLPGB",
      "MCOMMIT",
      "MONITORX",
      "RDPRU",
      "SEV_ES",
      "SEV_SNP",
      "SKINIT_or_SVM",
      "SSE4A",
      "SVM",
      "SYSCALL",
    ],
  },
  {
    group: "VIA PadLock",
    explained: "VIA's 0F A6 and 0F A7; Intel processors raise #UD.",
    features: [
      "PADLOCK_ACE",
      "PADLOCK_GMI",
      "PADLOCK_PHE",
      "PADLOCK_PMM",
      "PADLOCK_RNG",
      "PADLOCK_UNDOC",
    ],
  },
  {
    group: "virtualization and trusted execution after the first generation",
    explained: "Newer than the VMX model here: GETSEC (SMX), VMFUNC, SGX and TDX.",
    features: ["OSS", "SGX1", "SMX", "TDX"],
    mnemonics: ["Vmfunc"],
  },
  {
    group: "extensions after SSE4.2",
    explained:
      "Added to encodings that were invalid on the Pentium Pro family and on the first processors with VMX.",
    features: [
      "ADX",
      "AES",
      "AESKLE",
      "CET_SS",
      "CLFLUSHOPT",
      "CLWB",
      "ENQCMD",
      "GFNI",
      "HLE_or_RTM",
      "HRESET",
      "INVPCID",
      "KL",
      "MONITOR",
      "MOVBE",
      "MOVDIR64B",
      "MOVDIRI",
      "PCLMULQDQ",
      "PCONFIG",
      "PKU",
      "POPCNT",
      "PTWRITE",
      "RAO_INT",
      "RDPID",
      "RDRAND",
      "RDSEED",
      "RDTSCP",
      "RTM",
      "SERIALIZE",
      "SHA",
      "SMAP",
      "TSXLDTRK",
      "WAITPKG",
      "WRMSRNS",
      "XSAVE",
      "XSAVEC",
      "XSAVEOPT",
      "XSAVES",
    ],
  },
];
