/**
 * Where the recorder and the replay put code and data: the same linear addresses on silicon and here.
 *
 * @module
 */

/** Linear address of the code page, and the instruction's offset in it. */
export const CODE = 0x10000000, START = 0x800;
/** Linear address of the data pages: two to read and write, one to read, and behind them nothing. */
export const DATA = 0x20000000, DATA_BYTES = 0x3000;
/** The page that only takes reads, and the first address that is not mapped. */
export const READ_ONLY = DATA + 0x2000, UNMAPPED = DATA + 0x3000;
