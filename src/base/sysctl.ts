/**
 * The settings of one host's kernel: sysctl(8). Each has Linux's name, a value, and a text as it stands in /proc/sys.
 *
 * Read first: sysctl(8), proc(5) "/proc/sys"; Linux's proc_dointvec_minmax. Whoever obeys a setting defines it, once, when
 * the host is made, keeps the object, and reads `.value` where it matters: a setting costs its reader one load.
 *
 *     const forward = machine.sysctl.integer("net.ipv4.ip_forward", 0);
 *     if (forward.value !== 0) …
 */
import type { Errno } from "../abi/errno.ts";
import { assert } from "./assert.ts";

const INT_MIN = -0x8000_0000;
const INT_MAX = 0x7fff_ffff;

/** What a setting takes. */
export interface IntegerBounds {
  /** Default: −2^31. */
  readonly min?: number;
  /** Default: 2^31 − 1. */
  readonly max?: number;
  /** Of a single number: what the bounds do not say. */
  readonly accepts?: (value: number) => boolean;
  /** Is told after a change; not of the initial value. */
  readonly changed?: () => void;
}

/** One setting, as everybody sees it who does not know its type. */
export interface Setting {
  /** As it stands in /proc/sys, without the newline. */
  readonly text: string;
  /** Writes it as into /proc/sys. EINVAL: it does not take that. */
  write(text: string): 0 | Errno;
}

/** Whole numbers, one or several: "1", "32768\t60999". */
class NumbersSetting implements Setting {
  readonly #bounds: IntegerBounds;
  protected numbers: readonly number[];

  constructor(initial: readonly number[], bounds: IntegerBounds) {
    this.numbers = initial;
    this.#bounds = bounds;
  }

  get text(): string {
    return this.numbers.join("\t");
  }

  write(text: string): 0 | Errno {
    const { min = INT_MIN, max = INT_MAX, changed } = this.#bounds;
    const given = parseIntegers(text);
    // As proc_dointvec: what is more than it takes is passed over, what is less leaves the rest as it was.
    const taken = given?.slice(0, this.numbers.length);
    if (taken === undefined || taken.length === 0) return "EINVAL";
    if (!taken.every((value) => value >= min && value <= max)) return "EINVAL";
    const after = [...taken, ...this.numbers.slice(taken.length)];
    if (!this.accepts(after)) return "EINVAL";
    this.numbers = after;
    changed?.();
    return 0;
  }

  /** What the bounds of each number do not say. */
  protected accepts(_numbers: readonly number[]): boolean {
    return true;
  }
}

/** A whole number. */
export class IntegerSetting extends NumbersSetting {
  readonly #isSound: ((value: number) => boolean) | undefined;

  constructor(initial: number, bounds: IntegerBounds) {
    super([initial], bounds);
    this.#isSound = bounds.accepts;
  }

  get value(): number {
    return this.numbers[0] as number;
  }

  /** For the kernel's own use: nothing is checked, and nobody is told. */
  set value(value: number) {
    this.numbers = [value];
  }

  protected override accepts(numbers: readonly number[]): boolean {
    return this.#isSound?.(numbers[0] as number) ?? true;
  }
}

/** Several whole numbers: a range, or what tcp(7) calls min, default and max. */
export class IntegersSetting extends NumbersSetting {
  readonly #isSound: (values: readonly number[]) => boolean;

  constructor(initial: readonly number[], bounds: IntegerBounds, isSound: (values: readonly number[]) => boolean) {
    super(initial, bounds);
    this.#isSound = isSound;
  }

  get values(): readonly number[] {
    return this.numbers;
  }

  protected override accepts(numbers: readonly number[]): boolean {
    return this.#isSound(numbers);
  }
}

/** A word, such as the name of an algorithm. */
export class WordSetting implements Setting {
  readonly #accepts: (word: string) => boolean;
  readonly #refusal: Errno;
  value: string;

  constructor(initial: string, accepts: (word: string) => boolean, refusal: Errno) {
    this.value = initial;
    this.#accepts = accepts;
    this.#refusal = refusal;
  }

  get text(): string {
    return this.value;
  }

  write(text: string): 0 | Errno {
    const word = text.trim();
    if (!this.#accepts(word)) return this.#refusal;
    this.value = word;
    return 0;
  }
}

/** A directory of /proc/sys. */
export abstract class SettingDirectory {
  abstract get(name: string): Setting | SettingDirectory | undefined;
  abstract names(): readonly string[];
}

/** One whose entries are defined one by one. */
class DefinedDirectory extends SettingDirectory {
  readonly #entries: Map<string, Setting | SettingDirectory> = new Map<string, Setting | SettingDirectory>();

  override get(name: string): Setting | SettingDirectory | undefined {
    return this.#entries.get(name);
  }

  /** In the order in which they were defined. */
  override names(): readonly string[] {
    return [...this.#entries.keys()];
  }

  set(name: string, entry: Setting | SettingDirectory): void {
    this.#entries.set(name, entry);
  }

  delete(name: string): void {
    this.#entries.delete(name);
  }
}

/** The settings of one host. Names are Linux's: "net.ipv4.ip_forward", or "net/ipv4/ip_forward". */
export class Sysctl {
  readonly #root: DefinedDirectory = new DefinedDirectory();

  get root(): SettingDirectory {
    return this.#root;
  }

  /** Defines a setting that holds a whole number. */
  integer(name: string, initial: number, bounds: IntegerBounds = {}): IntegerSetting {
    return this.#define(name, new IntegerSetting(initial, bounds));
  }

  /** Defines one that holds as many whole numbers as it has at first; `isSound` looks at them together. */
  integers(
    name: string,
    initial: readonly number[],
    bounds: IntegerBounds = {},
    isSound: (values: readonly number[]) => boolean = () => true,
  ): IntegersSetting {
    return this.#define(name, new IntegersSetting(initial, bounds, isSound));
  }

  /** Defines one that holds a word; `refusal` is told of one that it does not accept. */
  word(name: string, initial: string, accepts: (word: string) => boolean, refusal: Errno = "EINVAL"): WordSetting {
    return this.#define(name, new WordSetting(initial, accepts, refusal));
  }

  /** Defines one of a kind that only its owner knows. */
  other<Kind extends Setting>(name: string, setting: Kind): Kind {
    return this.#define(name, setting);
  }

  /** Puts a directory of one's own in its place, all at once. */
  directory(name: string, directory: SettingDirectory): void {
    this.#define(name, directory);
  }

  /** The text of a setting; undefined when there is none of that name. */
  read(name: string): string | undefined {
    return this.#find(name)?.text;
  }

  /** ENOENT: there is none of that name, or, of algorithms, what was named. EINVAL: it does not take that. */
  write(name: string, text: string): 0 | Errno {
    return this.#find(name)?.write(text) ?? "ENOENT";
  }

  /** Takes a setting away, or a directory with all that is in it. */
  remove(name: string): void {
    const path = pathOf(name);
    const last = path.pop() as string;
    const directory = this.#descend(path);
    if (directory instanceof DefinedDirectory) directory.delete(last);
  }

  #find(name: string): Setting | undefined {
    const found = this.#descend(pathOf(name));
    return found instanceof SettingDirectory ? undefined : found;
  }

  #descend(path: readonly string[]): Setting | SettingDirectory | undefined {
    let at: Setting | SettingDirectory | undefined = this.#root;
    for (const part of path) at = at instanceof SettingDirectory ? at.get(part) : undefined;
    return at;
  }

  #define<Entry extends Setting | SettingDirectory>(name: string, entry: Entry): Entry {
    const { directories, last } = placeOf(name);
    let directory = this.#root;
    for (const part of directories) directory = directoryIn(directory, part, name);
    // A host has hundreds of settings, and a world hosts: the text is put together only when it is wanted.
    if (directory.get(last) !== undefined) assert(false, `${name} is defined once`);
    directory.set(last, entry);
    return entry;
  }
}

/** Where a setting belongs. */
interface Place {
  readonly directories: readonly string[];
  readonly last: string;
}

/** The places of settings that were defined: all hosts have the same. */
const PLACES: Map<string, Place> = new Map<string, Place>();

function placeOf(name: string): Place {
  const known = PLACES.get(name);
  if (known !== undefined) return known;
  const directories = pathOf(name);
  const place = { last: directories.pop() as string, directories };
  PLACES.set(name, place);
  return place;
}

function directoryIn(parent: DefinedDirectory, part: string, name: string): DefinedDirectory {
  const known = parent.get(part);
  if (known instanceof DefinedDirectory) return known;
  if (known !== undefined) assert(false, `${name} lies below what is no directory`);
  const made = new DefinedDirectory();
  parent.set(part, made);
  return made;
}

/** sysctl(8): the first separator says which of the two it is; in a name with dots a slash stands for a dot. */
function pathOf(name: string): string[] {
  const dot = name.indexOf(".");
  const slash = name.indexOf("/");
  const isDotted = dot >= 0 && (slash < 0 || dot < slash);
  if (!isDotted) return name.split("/");
  const parts = name.split(".");
  return slash < 0 ? parts : parts.map((part) => part.replaceAll("/", "."));
}

/** "1", "-1", "0x10", several with blanks between them; undefined where anything else stands. */
function parseIntegers(text: string): number[] | undefined {
  const words = text.split(/[\s\0]+/).filter((word) => word !== "");
  const isInteger = (word: string): boolean => /^-?(0x[\da-f]+|\d+)$/i.test(word);
  if (!words.every(isInteger)) return undefined;
  return words.map((word) => (word.startsWith("-") ? -Number(word.slice(1)) : Number(word)));
}
