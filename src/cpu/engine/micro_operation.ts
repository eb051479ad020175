/**
 * The micro-operations of the engine, numbered densely so that the engine's switch becomes a jump table. Names say size in
 * bits and kinds of operands: R register slot, I immediate. "Register" includes TEMP, so an instruction with a memory
 * operand is a load, the register form, and perhaps a store.
 *
 * @module
 */

/** The end of a block that has no branch: go on at NEXT_EIP. */
export const END = 0;

/** Call the instruction's routine in semantics/. */
export const GENERIC = 1;

/** Offer the instruction to the intercept port. */
export const OFFER = 2;

/** On a virtualizable processor: #GP(0) unless CPL = 0. */
export const CHECK_SENSITIVE = 3;

/** Do nothing. */
export const NOTHING = 4;

/** Moves: register from register, register from immediate; 32, 16 and 8 bits. */
export const MOV32_RR = 5;
export const MOV32_RI = 6;
export const MOV16_RR = 7;
export const MOV16_RI = 8;
export const MOV8_RR = 9;
export const MOV8_RI = 10;

/** The effective address itself, to a 32-bit register. */
export const LEA32 = 11;

/** Loads into a 32-bit slot: plain, zero-extended and sign-extended. */
export const LOAD32 = 12;
export const LOAD16_ZERO = 13;
export const LOAD8_ZERO = 14;
export const LOAD16_SIGN = 15;
export const LOAD8_SIGN = 16;

/** Loads into a 16- or 8-bit register, leaving the rest of it alone. */
export const LOAD16 = 17;
export const LOAD8 = 18;

/** Loads into TEMP for an instruction that writes its operand back: the page must take writes. */
export const LOAD32_UPDATE = 19;
export const LOAD16_UPDATE = 20;
export const LOAD8_UPDATE = 21;

/** Writes TEMP back where the last LOAD_UPDATE found it. */
export const BACK32 = 22;
export const BACK16 = 23;
export const BACK8 = 24;

/** Stores a register. */
export const STORE32 = 25;
export const STORE16 = 26;
export const STORE8 = 27;

/** Arithmetic and logic: A = A op B, A = A op immediate. */
export const ADD32_RR = 28;
export const ADD32_RI = 29;
export const OR32_RR = 30;
export const OR32_RI = 31;
export const ADC32_RR = 32;
export const ADC32_RI = 33;
export const SBB32_RR = 34;
export const SBB32_RI = 35;
export const AND32_RR = 36;
export const AND32_RI = 37;
export const SUB32_RR = 38;
export const SUB32_RI = 39;
export const XOR32_RR = 40;
export const XOR32_RI = 41;
export const CMP32_RR = 42;
export const CMP32_RI = 43;
export const TEST32_RR = 44;
export const TEST32_RI = 45;
export const ADD16_RR = 46;
export const ADD16_RI = 47;
export const OR16_RR = 48;
export const OR16_RI = 49;
export const AND16_RR = 50;
export const AND16_RI = 51;
export const SUB16_RR = 52;
export const SUB16_RI = 53;
export const XOR16_RR = 54;
export const XOR16_RI = 55;
export const CMP16_RR = 56;
export const CMP16_RI = 57;
export const TEST16_RR = 58;
export const TEST16_RI = 59;
export const ADD8_RR = 60;
export const ADD8_RI = 61;
export const OR8_RR = 62;
export const OR8_RI = 63;
export const AND8_RR = 64;
export const AND8_RI = 65;
export const SUB8_RR = 66;
export const SUB8_RI = 67;
export const XOR8_RR = 68;
export const XOR8_RI = 69;
export const CMP8_RR = 70;
export const CMP8_RI = 71;
export const TEST8_RR = 72;
export const TEST8_RI = 73;

/** One operand. */
export const INC32 = 74;
export const DEC32 = 75;
export const NEG32 = 76;
export const NOT32 = 77;
export const INC16 = 78;
export const DEC16 = 79;
export const INC8 = 80;
export const DEC8 = 81;

/** Shifts by a constant 1..31, and by CL. */
export const SHL32_I = 82;
export const SHR32_I = 83;
export const SAR32_I = 84;
export const ROL32_I = 85;
export const ROR32_I = 86;
export const SHL32_CL = 87;
export const SHR32_CL = 88;
export const SAR32_CL = 89;

/** Multiplication without the upper half: A = A * B, A = B * immediate. */
export const IMUL32_RR = 90;
export const IMUL32_RRI = 91;

/** Extensions between registers: 32-bit A from 8- or 16-bit B. */
export const MOVZX8 = 92;
export const MOVZX16 = 93;
export const MOVSX8 = 94;
export const MOVSX16 = 95;

/** Others on registers; the condition of SETcc and CMOVcc is the immediate. */
export const XCHG32 = 96;
export const CDQ = 97;
export const CWDE = 98;
export const SETCC = 99;
export const CMOV32 = 100;

/** The 32-bit stack. */
export const PUSH32 = 101;
export const PUSH32_I = 102;
export const POP32 = 103;
export const LEAVE32 = 104;

/** 32-bit and 8-bit accesses whose address is a base register and a displacement, cut to 32 bits: no index, no mask. */
export const LOAD32_BASE = 105;
export const LOAD8_ZERO_BASE = 106;
export const STORE32_BASE = 107;
export const STORE8_BASE = 108;

/** Stores an immediate. */
export const STORE32_I = 109;
export const STORE8_I = 110;

/** A = A op memory. */
export const ADD32_RM = 111;
export const OR32_RM = 112;
export const AND32_RM = 113;
export const SUB32_RM = 114;
export const XOR32_RM = 115;
export const IMUL32_RM = 116;

/** The same as those without _QUIET, where nothing will look at the flags. */
export const ADD32_RR_QUIET = 117;
export const ADD32_RI_QUIET = 118;
export const OR32_RR_QUIET = 119;
export const OR32_RI_QUIET = 120;
export const AND32_RR_QUIET = 121;
export const AND32_RI_QUIET = 122;
export const SUB32_RR_QUIET = 123;
export const XOR32_RR_QUIET = 124;
export const XOR32_RI_QUIET = 125;
export const SHL32_I_QUIET = 126;
export const SHR32_I_QUIET = 127;
export const SAR32_I_QUIET = 128;
export const IMUL32_RR_QUIET = 129;
export const IMUL32_RRI_QUIET = 130;

/** Near branches with 32-bit operand size. */
export const JMP = 131;
export const JMP_SLOT = 132;
export const CALL = 133;
export const CALL_SLOT = 134;
export const RET = 135;
export const JCC = 136;

/** CMP with the Jcc behind it, by condition. */
export const CMP32_RR_JB = 137;
export const CMP32_RR_JAE = 138;
export const CMP32_RR_JE = 139;
export const CMP32_RR_JNE = 140;
export const CMP32_RR_JBE = 141;
export const CMP32_RR_JA = 142;
export const CMP32_RR_JS = 143;
export const CMP32_RR_JNS = 144;
export const CMP32_RR_JL = 145;
export const CMP32_RR_JGE = 146;
export const CMP32_RR_JLE = 147;
export const CMP32_RR_JG = 148;
export const CMP32_RI_JB = 149;
export const CMP32_RI_JAE = 150;
export const CMP32_RI_JE = 151;
export const CMP32_RI_JNE = 152;
export const CMP32_RI_JBE = 153;
export const CMP32_RI_JA = 154;
export const CMP32_RI_JS = 155;
export const CMP32_RI_JNS = 156;
export const CMP32_RI_JL = 157;
export const CMP32_RI_JGE = 158;
export const CMP32_RI_JLE = 159;
export const CMP32_RI_JG = 160;

/** TEST with the Jcc behind it. */
export const TEST32_RR_JE = 161;
export const TEST32_RR_JNE = 162;
export const TEST32_RR_JS = 163;
export const TEST32_RR_JNS = 164;
export const TEST32_RR_JLE = 165;
export const TEST32_RR_JG = 166;
export const TEST32_RI_JE = 167;
export const TEST32_RI_JNE = 168;
export const TEST32_RI_JS = 169;
export const TEST32_RI_JNS = 170;
export const TEST32_RI_JLE = 171;
export const TEST32_RI_JG = 172;

/** DEC with the JNZ behind it; CMP and TEST of bytes with JE and JNE. */
export const DEC32_JNE = 173;
export const CMP8_RR_JE = 174;
export const CMP8_RR_JNE = 175;
export const CMP8_RI_JE = 176;
export const CMP8_RI_JNE = 177;
export const TEST8_RR_JE = 178;
export const TEST8_RR_JNE = 179;
export const TEST8_RI_JE = 180;
export const TEST8_RI_JNE = 181;

/** How many there are. V8 stops optimizing functions above 61,440 bytes of bytecode, so the switch must stay small. */
export const MICRO_OPERATIONS = 182;
