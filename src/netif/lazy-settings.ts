/**
 * The settings of one interface, as a record and as a directory of /proc/sys. Each is made when somebody asks for it: a world has
 * thousands of interfaces with dozens of settings, of which hardly one is ever looked at.
 *
 * Read first: base/sysctl.ts. `record` has a getter for each name, which a class that all interfaces share brings along.
 */
import { IntegerSetting, SettingDirectory } from "../base/sysctl.ts";

/** The settings of one interface, by the last part of their names. */
export type SettingsOf<Name extends string> = Readonly<Record<Name, IntegerSetting>>;

export class LazySettings<Name extends string> extends SettingDirectory {
  /** setting.value of it: `record.forwarding.value`. */
  readonly record: SettingsOf<Name>;
  readonly #names: readonly Name[];
  readonly #initial: readonly number[];
  readonly #changed: (name: Name) => void;
  readonly #made: (IntegerSetting | undefined)[] = [];

  /** `initial` has a value for each of the names. The arrays are shared by many interfaces, and stay as they are. */
  constructor(names: readonly Name[], initial: readonly number[], changed: (name: Name) => void) {
    super();
    this.#names = names;
    this.#initial = initial;
    this.#changed = changed;
    this.record = new (recordClass(names))(this) as unknown as SettingsOf<Name>;
  }

  override get(name: string): IntegerSetting | undefined {
    const index = (this.#names as readonly string[]).indexOf(name);
    return index < 0 ? undefined : this.at(index);
  }

  override names(): readonly string[] {
    return this.#names;
  }

  /** The setting with the name of that index. */
  at(index: number): IntegerSetting {
    const made = this.#made[index];
    return made ?? this.#make(index);
  }

  /** What each has now: the array `known` itself where that says the same. */
  values(known: readonly number[]): readonly number[] {
    const now = (index: number): number => this.#made[index]?.value ?? (this.#initial[index] as number);
    return known.every((value, index) => value === now(index)) ? known : known.map((_, index) => now(index));
  }

  #make(index: number): IntegerSetting {
    const name = this.#names[index] as Name;
    const setting = new IntegerSetting(this.#initial[index] as number, { changed: () => this.#changed(name) });
    this.#made[index] = setting;
    return setting;
  }
}

/** What a record of settings is made of. */
interface Owner {
  at(index: number): IntegerSetting;
}

type RecordClass = new (owner: Owner) => object;

const CLASSES: WeakMap<readonly string[], RecordClass> = new WeakMap<readonly string[], RecordClass>();

/** The class of records with a getter for each of these names. */
function recordClass(names: readonly string[]): RecordClass {
  const known = CLASSES.get(names);
  if (known !== undefined) return known;
  class SettingsRecord {
    readonly #owner: Owner;

    constructor(owner: Owner) {
      this.#owner = owner;
    }

    static settingOf(record: SettingsRecord, index: number): IntegerSetting {
      return record.#owner.at(index);
    }
  }
  for (const [index, name] of names.entries()) {
    const get = function (this: SettingsRecord): IntegerSetting {
      const value = SettingsRecord.settingOf(this, index);
      // From now on it is found without a call.
      Object.defineProperty(this, name, { value, enumerable: true });
      return value;
    };
    Object.defineProperty(SettingsRecord.prototype, name, { get, enumerable: true });
  }
  CLASSES.set(names, SettingsRecord);
  return SettingsRecord;
}
