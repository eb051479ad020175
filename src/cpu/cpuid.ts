/**
 * What CPUID says: processor models as data. A model tells the truth about this processor: a feature bit is set only when the
 * feature is there, whatever the silicon of the same name offers. No x87, no APIC, no MTRRs, no MMX.
 *
 * @module
 */

/** CPUID.1:EDX bits of what this processor has (SDM volume 2, CPUID, table 3-11). */
export const FEATURE_VME = 1 << 1,
  FEATURE_DE = 1 << 2,
  FEATURE_PSE = 1 << 3,
  FEATURE_TSC = 1 << 4,
  FEATURE_MSR = 1 << 5,
  FEATURE_CX8 = 1 << 8,
  FEATURE_SEP = 1 << 11,
  FEATURE_PGE = 1 << 13,
  FEATURE_CMOV = 1 << 15;

/** CPUID.1:ECX bit of VMX: set in the model of a processor that has the extension plugged in. */
export const FEATURE_VMX = 1 << 5;

/** What one processor answers to CPUID, and what else depends on its generation. Plain data. */
export interface CpuModel {
  /** What a person calls it. */
  readonly name: string;
  /** Twelve ASCII characters of CPUID.0: `GenuineIntel`. */
  readonly vendor: string;
  /** CPUID.1:EAX, and EDX after reset: type, family, model, stepping. */
  readonly signature: number;
  /** CPUID.1:EDX, a combination of the FEATURE_ bits. */
  readonly features: number;
  /** CPUID.1:ECX. */
  readonly featuresEcx: number;
  /** Highest basic leaf, 1 or 2. */
  readonly highestLeaf: number;
  /** Processor brand string (leaves 80000002H to 80000004H), at most 47 characters; empty where the generation has none. */
  readonly brand: string;
  /** User-mode instruction prevention: SGDT, SIDT, SLDT, SMSW and STR may be made to trap (CR4.UMIP). */
  readonly umip: boolean;
}

const FEATURES = FEATURE_DE | FEATURE_PSE | FEATURE_TSC | FEATURE_MSR | FEATURE_CX8 | FEATURE_SEP |
  FEATURE_PGE |
  FEATURE_CMOV;

function intel(name: string, signature: number, more: Partial<CpuModel> = {}): CpuModel {
  return {
    name,
    vendor: "GenuineIntel",
    signature,
    features: FEATURES,
    featuresEcx: 0,
    highestLeaf: 2,
    brand: "",
    umip: false,
    ...more,
  };
}

/**
 * The default: a Pentium Pro without x87. SYSENTER works and is reported; software that follows Intel's advice ignores the
 * bit on this signature (SDM volume 2, SYSENTER).
 */
export const PENTIUM_PRO: CpuModel = intel("Pentium Pro", 0x619);

const MODELS: Readonly<Record<string, CpuModel>> = {
  "pentium3-coppermine": intel("Pentium III (Coppermine)", 0x686),
  "pentium4-672": intel("Pentium 4 672", 0xf4a, { brand: "Intel(R) Pentium(R) 4 CPU 3.80GHz" }),
  "core2-conroe": intel("Core 2 Duo (Conroe)", 0x6f6, {
    brand: "Intel(R) Core(TM)2 CPU          6700  @ 2.66GHz",
  }),
  "skylake": intel("Skylake", 0x506e3, { brand: "Intel(R) Core(TM) i7-6700 CPU @ 3.40GHz" }),
};

/**
 * The model that goes with a cost profile.
 *
 * @param profileName name of a cost profile, e.g. `pentium4-672`
 * @returns its model; a Pentium Pro for a profile that names no known processor
 *
 * @example
 * ```ts
 * import { modelFor } from "ringlab";
 *
 * if (modelFor("pentium4-672").signature !== 0xf4a) throw new Error("wrong model");
 * ```
 */
export function modelFor(profileName: string): CpuModel {
  return Object.hasOwn(MODELS, profileName) ? MODELS[profileName]! : PENTIUM_PRO;
}

/** The four registers that CPUID writes, as signed words. */
export interface CpuidResult {
  readonly eax: number;
  readonly ebx: number;
  readonly ecx: number;
  readonly edx: number;
}

const FIRST_EXTENDED = 0x80000000, LAST_BRAND = 0x80000004;

/** Four ASCII characters of `text` from `at`, as a little-endian word. */
function word(text: string, at: number): number {
  let value = 0;
  for (let i = 0; i < 4; i++) value |= (at + i < text.length ? text.charCodeAt(at + i) : 0) << (8 * i);
  return value;
}

/**
 * Answers one leaf. A leaf above the highest one gives the data of the highest basic leaf, as Intel's processors do.
 *
 * @param leaf EAX, as any 32-bit number
 */
export function cpuid(model: CpuModel, leaf: number): CpuidResult {
  let number = leaf >>> 0;
  const highestExtended = model.brand === "" ? 0 : LAST_BRAND;
  if (number >= FIRST_EXTENDED && number <= highestExtended) {
    if (number === FIRST_EXTENDED) return { eax: highestExtended | 0, ebx: 0, ecx: 0, edx: 0 };
    if (number === FIRST_EXTENDED + 1) return { eax: 0, ebx: 0, ecx: 0, edx: 0 };
    const at = (number - FIRST_EXTENDED - 2) * 16;
    const { brand } = model;
    return {
      eax: word(brand, at),
      ebx: word(brand, at + 4),
      ecx: word(brand, at + 8),
      edx: word(brand, at + 12),
    };
  }
  if (number > model.highestLeaf) number = model.highestLeaf;
  switch (number) {
    case 0:
      return {
        eax: model.highestLeaf,
        ebx: word(model.vendor, 0),
        edx: word(model.vendor, 4),
        ecx: word(model.vendor, 8),
      };
    case 1:
      return { eax: model.signature, ebx: 0, ecx: model.featuresEcx, edx: model.features };
    default: // leaf 2: one round of descriptors, all of them null since no cache is modelled
      return { eax: 1, ebx: 0, ecx: 0, edx: 0 };
  }
}
