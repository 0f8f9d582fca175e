/**
 * Settings that each interface has for itself: net.ipv4.conf.eth0.rp_filter, and beside them "all" and "default".
 *
 * Read first: Linux's Documentation/networking/ip-sysctl ("/proc/sys/net/ipv4/conf"). "default" is what a new interface
 * starts with. What "all" means for an interface differs from setting to setting: both() and their like say it.
 */
import type { IntegerSetting, Sysctl } from "../base/sysctl.ts";
import type { Interface } from "./interface.ts";
import type { InterfaceTable } from "./interface-table.ts";

/** The settings of one interface, by the last part of their names. */
export type SettingsOf<Name extends string> = Readonly<Record<Name, IntegerSetting>>;

export class InterfaceSettings<Name extends string> {
  readonly all: SettingsOf<Name>;
  readonly default: SettingsOf<Name>;
  readonly #sysctl: Sysctl;
  readonly #directory: string;
  readonly #names: readonly Name[];
  readonly #changed: (who: string, name: Name) => void;
  /** By the interface's index. */
  readonly #own: (SettingsOf<Name> | undefined)[] = [];

  /**
   * The directory is written with slashes, "net/ipv4/conf". `initial` is what "default" has, `all` where "all" differs;
   * `changed` is told when somebody has written one, and of whom.
   */
  constructor(
    sysctl: Sysctl,
    interfaces: InterfaceTable,
    directory: string,
    initial: Readonly<Record<Name, number>>,
    all: Partial<Readonly<Record<Name, number>>> = {},
    changed: (who: string, name: Name) => void = () => {},
  ) {
    this.#sysctl = sysctl;
    this.#directory = directory;
    this.#names = Object.keys(initial) as Name[];
    this.#changed = changed;
    this.all = this.#define("all", (name) => all[name] ?? initial[name]);
    this.default = this.#define("default", (name) => initial[name]);
    interfaces.subscribe((changed, change) => {
      if (change === "attach") this.of(changed);
      else if (change === "detach") this.#remove(changed);
    });
  }

  of(through: Interface): SettingsOf<Name> {
    const known = this.#own[through.index];
    if (known !== undefined) return known;
    const made = this.#define(through.name, (name) => this.default[name].value);
    this.#own[through.index] = made;
    return made;
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

  #define(who: string, initial: (name: Name) => number): SettingsOf<Name> {
    const define = (name: Name) =>
      this.#sysctl.integer(`${this.#directory}/${who}/${name}`, initial(name), {
        changed: () => this.#changed(who, name),
      });
    return Object.fromEntries(this.#names.map((name) => [name, define(name)])) as Record<Name, IntegerSetting>;
  }

  #remove(gone: Interface): void {
    this.#own[gone.index] = undefined;
    this.#sysctl.remove(`${this.#directory}/${gone.name}`);
  }
}
