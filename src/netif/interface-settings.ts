/**
 * Settings that each interface has for itself: net.ipv4.conf.eth0.rp_filter, and beside them "all" and "default".
 *
 * Read first: Linux's Documentation/networking/ip-sysctl ("/proc/sys/net/ipv4/conf"). "default" is what a new interface
 * starts with. What "all" means for an interface differs from setting to setting: both() and their like say it.
 */
import type { IntegerSetting, Sysctl } from "../base/sysctl.ts";
import type { Interface } from "./interface.ts";
import type { InterfaceTable } from "./interface-table.ts";
import { LazySettings, type SettingsOf } from "./lazy-settings.ts";

/** The names of settings and what "default" starts with; of hosts without number there is one. */
export interface SettingNames<Name extends string> {
  readonly names: readonly Name[];
  readonly initial: readonly number[];
}

/** As a record they are easier to read: `{ forwarding: 0, rp_filter: 0 }`. */
export function settingNames<Name extends string>(initial: Readonly<Record<Name, number>>): SettingNames<Name> {
  return { names: Object.keys(initial) as Name[], initial: Object.values<number>(initial) };
}

export class InterfaceSettings<Name extends string> {
  readonly all: SettingsOf<Name>;
  readonly default: SettingsOf<Name>;
  readonly #sysctl: Sysctl;
  readonly #directory: string;
  readonly #names: readonly Name[];
  readonly #changed: (who: string, name: Name) => void;
  readonly #defaults: LazySettings<Name>;
  /** What "default" had when the last interface came. */
  #inherited: readonly number[];
  /** By the interface's index. */
  readonly #own: (SettingsOf<Name> | undefined)[] = [];

  /**
   * The directory is written with slashes, "net/ipv4/conf". `changed` is told when somebody has written a setting, and of whom.
   */
  constructor(
    sysctl: Sysctl,
    interfaces: InterfaceTable,
    directory: string,
    { names, initial }: SettingNames<Name>,
    changed: (who: string, name: Name) => void = () => {},
  ) {
    this.#sysctl = sysctl;
    this.#directory = directory;
    this.#names = names;
    this.#changed = changed;
    this.#inherited = initial;
    this.all = this.#define("all", initial).record;
    this.#defaults = this.#define("default", initial);
    this.default = this.#defaults.record;
    interfaces.subscribe((changed, change) => {
      if (change === "attach") this.of(changed);
      else if (change === "detach") this.#remove(changed);
    });
  }

  of(through: Interface): SettingsOf<Name> {
    const known = this.#own[through.index];
    if (known !== undefined) return known;
    this.#inherited = this.#defaults.values(this.#inherited);
    const made = this.#define(through.name, this.#inherited).record;
    this.#own[through.index] = made;
    return made;
  }

  /** One of the settings, for who asks at each packet. */
  column(name: Name): SettingColumn {
    return new SettingColumn(this.all[name], (through) => this.of(through)[name]);
  }

  /** Those of "all", of "default", and of every interface. */
  every(): readonly SettingsOf<Name>[] {
    return [this.all, this.default, ...this.#own.filter((settings) => settings !== undefined)];
  }

  /** Is it on for all and for this interface? IN_DEV_ANDCONF. */
  both(through: Interface, name: Name): boolean {
    return this.all[name].value !== 0 && this.of(through)[name].value !== 0;
  }

  /** Is it on for all or for this interface? IN_DEV_ORCONF. */
  either(through: Interface, name: Name): boolean {
    return this.all[name].value !== 0 || this.of(through)[name].value !== 0;
  }

  /** The larger of the two: IN_DEV_MAXCONF. */
  larger(through: Interface, name: Name): number {
    return Math.max(this.all[name].value, this.of(through)[name].value);
  }

  #define(who: string, initial: readonly number[]): LazySettings<Name> {
    const settings = new LazySettings(this.#names, initial, (name) => this.#changed(who, name));
    this.#sysctl.directory(`${this.#directory}/${who}`, settings);
    return settings;
  }

  #remove(gone: Interface): void {
    this.#own[gone.index] = undefined;
    this.#sysctl.remove(`${this.#directory}/${gone.name}`);
  }
}

/** One setting of all interfaces: found without its name. */
export class SettingColumn {
  readonly #all: IntegerSetting;
  readonly #find: (through: Interface) => IntegerSetting;
  /** By the interface's index, which is never used twice. */
  readonly #own: (IntegerSetting | undefined)[] = [];

  constructor(all: IntegerSetting, find: (through: Interface) => IntegerSetting) {
    this.#all = all;
    this.#find = find;
  }

  /** The larger of "all" and of that interface: IN_DEV_MAXCONF. */
  larger(through: Interface): number {
    let own = this.#own[through.index];
    if (own === undefined) {
      own = this.#find(through);
      this.#own[through.index] = own;
    }
    return own.value > this.#all.value ? own.value : this.#all.value;
  }
}
