/**
 * Translation on demand: finds or makes the translation of a guest EIP, and answers translated code that calls the monitor for
 * its next unit.
 *
 * @module
 */

import { decode, MAX_INSTRUCTION_LENGTH } from "../../isa/mod.ts";
import type { Cpu } from "../../cpu/mod.ts";
import { type CacheMemory, TranslationCache } from "./cache.ts";
import { CodePages } from "./code_pages.ts";
import type { TranslationOptions } from "./options.ts";
import { recover, type Recovered } from "./recover.ts";
import { type GuestCode, translate, type TranslationContext, type TranslationHints } from "./translate.ts";
import type { Entry, Exit, Site, Unit } from "./unit.ts";

/** Where a page of guest code lies. */
export interface CodeLocation {
  /** Guest frame number. */
  readonly gfn: number;
  /** Byte offset of the frame in the machine's memory. */
  readonly host: number;
}

/** What a translator sees of its virtual machine. */
export interface TranslatorHost {
  /** The physical processor, which runs the cache. */
  readonly cpu: Cpu;
  /** The monitor area, with cache, window and look-up table mapped. */
  readonly area: CacheMemory;
  /** Linear address of the area. */
  readonly areaBase: number;
  /** Finds a linear page as an instruction fetch does, accessed bits included; null when the fetch would fault or find no RAM. */
  locate(page: number): CodeLocation | null;
  /** Where a linear page is mapped for an instruction fetch, without side effects; -1 when an accessed bit would be set. */
  mappedFrame(page: number): number;
  /** From now on {@linkcode Translator.wrote} must be called when a guest frame is written. */
  watch(gfn: number): void;
  unwatch(gfn: number): void;
  /** Pays for translating so many instructions. */
  chargeTranslation(instructions: number): void;
  /** Pays for looking up translations by guest EIP. */
  chargeLookUp(times: number): void;
  /** Counts an event: units made, look-ups by the monitor that found or did not find, links. */
  count(what: "translation" | "translated-instruction" | "hit" | "miss" | "chain", times: number): void;
}

/** Where translated code has left for the monitor. */
export interface Departure {
  readonly unit: Unit;
  readonly at: number;
}

/** Room for the longest unit of the option's largest size in guest bytes. */
const WINDOW = 64 * MAX_INSTRUCTION_LENGTH;
const PAGE = 4096;

/** One virtual machine's translator. */
export class Translator {
  readonly cache: TranslationCache;
  readonly pages: CodePages;
  readonly options: TranslationOptions;
  readonly #host: TranslatorHost;
  #context: TranslationContext = { base: 0, limit: 0xffffffff };
  /** Another way to do some instructions, by EIP: see {@linkcode Translator.retranslate}. */
  #special: TranslationHints["special"] = () => null;

  constructor(host: TranslatorHost, options: TranslationOptions) {
    this.#host = host;
    this.options = options;
    this.cache = new TranslationCache(host.area, {
      bytes: options.cacheBytes,
      base: host.areaBase,
      chaining: options.chaining,
      countExecutions: options.countExecutions,
    });
    this.pages = new CodePages(this.cache, host);
  }

  /** What all translations in the cache depend on. */
  get context(): TranslationContext {
    return this.#context;
  }

  /** The guest's code segment. Another one than before empties the cache. */
  setContext(base: number, limit: number): void {
    const { base: oldBase, limit: oldLimit } = this.#context;
    if (base === oldBase && limit === oldLimit) return;
    if (this.cache.units.length > 0) this.flush();
    this.#context = { base, limit };
  }

  /** Asked about every instruction that is translated from now on. */
  setSpecial(special: TranslationHints["special"]): void {
    this.#special = special;
  }

  /**
   * The translation of a guest EIP, made if need be.
   *
   * @returns null when the instruction there cannot be translated: it cannot be fetched, or its page changes all the time
   */
  enter(eip: number): Entry | null {
    const host = this.#host;
    const found = this.cache.find(eip);
    host.chargeLookUp(1);
    if (found !== undefined) {
      host.count("hit", 1);
      return found;
    }
    const linear = (this.#context.base + eip) >>> 0;
    const page = linear >>> 12;
    const location = host.locate(page);
    if (location === null || this.pages.refuse(location.gfn)) return null;
    this.pages.use(page, location.gfn);
    const awake = this.cache.find(eip);
    if (awake !== undefined) {
      host.count("hit", 1);
      return awake;
    }
    host.count("miss", 1);
    return this.#make(eip, linear, location);
  }

  #make(eip: number, linear: number, location: CodeLocation): Entry | null {
    const host = this.#host;
    const page = linear >>> 12;
    const offset = linear & 0xfff;
    const { u8 } = host.cpu;
    const onPage = u8.slice(location.host + offset, location.host + Math.min(PAGE, offset + WINDOW));
    let guest: GuestCode = { bytes: onPage, onFirstPage: onPage.length };
    let second: CodeLocation | null = null;
    if (decode(onPage, 0, 32) === null) {
      const behind = this.#context.limit - (eip >>> 0) < onPage.length
        ? null
        : host.locate((page + 1) & 0xfffff);
      if (behind === null || this.pages.isRestless(behind.gfn)) return null;
      second = behind;
      const bytes = new Uint8Array(onPage.length + MAX_INSTRUCTION_LENGTH);
      bytes.set(onPage);
      bytes.set(u8.subarray(behind.host, behind.host + MAX_INSTRUCTION_LENGTH), onPage.length);
      guest = { bytes, onFirstPage: onPage.length };
    }
    const translation = translate(guest, eip, this.#context, this.options, {
      counter: this.cache.nextCounter(),
      special: this.#special,
    });
    if (translation === null) return null;
    if (!this.cache.fits(translation)) {
      this.flush();
      return this.#make(eip, linear, location);
    }
    const pages = [this.pages.use(page, location.gfn)];
    if (second !== null) pages.push(this.pages.use((page + 1) & 0xfffff, second.gfn));
    const chains = this.cache.counts.chains;
    const unit = this.cache.install(translation, pages);
    this.pages.enter(unit);
    const { length } = translation.instructions;
    host.chargeTranslation(length);
    host.count("translation", 1);
    host.count("translated-instruction", length);
    host.count("chain", this.cache.counts.chains - chains);
    return { unit, at: 0, eip };
  }

  /** Linear address to enter the cache at; counts the entry. */
  linear(entry: Entry): number {
    entry.unit.entered++;
    return this.cache.linear(entry);
  }

  /**
   * Translated code was left at a linear address: puts the guest's registers where they belong.
   *
   * @returns the guest's EIP and where it was, or null when the address is not in the cache
   */
  leave(linear: number): (Departure & Recovered) | null {
    const place = this.cache.locate(linear);
    if (place === null) return null;
    const { cpu, area } = this.#host;
    return { ...place, ...recover(cpu, area, place.unit, place.at) };
  }

  /** Why the monitor was called by the INT F1h at a place. */
  site({ unit, at }: Departure): Site | undefined {
    return unit.sites.get(at);
  }

  /** Translated code has come to an exit that is not linked: finds what it leads to and links it. */
  follow(exit: Exit, eip: number): Entry | null {
    const entry = this.enter(eip);
    if (entry === null) return null;
    const linked = exit.prediction >= 0
      ? this.cache.predict(exit, entry)
      : entry.eip === exit.target && this.cache.chain(exit, entry);
    if (linked) this.#host.count("chain", 1);
    return entry;
  }

  /** A look-up in the cache has failed, and the monitor has found out where the guest went. */
  found(exit: Exit | null, eip: number): Entry | null {
    const entry = exit === null ? this.enter(eip) : this.follow(exit, eip);
    if (entry !== null) this.cache.remember(entry);
    return entry;
  }

  /** The guest has written to a frame that is watched. */
  wrote(gpa: number, bytes: number): void {
    const gfn = gpa >>> 12;
    this.pages.wrote(gfn, gpa & 0xfff, bytes, this.#context.base);
    if (this.pages.isRestless(gfn)) this.pages.abandon(gfn);
  }

  /** Linear addresses may be mapped elsewhere now. */
  revalidate(): void {
    const host = this.#host;
    host.chargeLookUp(this.pages.revalidate((page) => host.mappedFrame(page)));
  }

  /** Drops the units that contain the instruction at an EIP, so that it is translated again. */
  retranslate(eip: number): void {
    const unit = this.cache.find(eip)?.unit;
    if (unit === undefined) return;
    this.cache.drop(unit);
    for (const page of unit.pages) page.units.delete(unit);
    this.retranslate(eip);
  }

  /** Forgets all translations. */
  flush(): void {
    this.cache.flush();
    this.pages.clear();
  }
}
