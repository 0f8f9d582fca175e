/**
 * The control protocols of the two Internet protocols: which addresses the ends have.
 *
 * Read first: RFC 1332 §3.3 (IPCP's IP-Address), RFC 5072 §4.1 (IPV6CP's Interface-Identifier). Both are Negotiators with
 * one option, which says "this is my address" when it is requested and "take this one" when it is naked.
 */
import type { Machine } from "../../base/machine.ts";
import type { Prng } from "../../base/prng.ts";
import { ANY_V4, IpAddress } from "../../wire/ip-address.ts";
import { bytesOf, type ControlOption, wordOf } from "../../wire/ppp-control.ts";
import type { Negotiator } from "./control-protocol.ts";

/** What a network protocol has come to: its two ends. */
export interface NetworkUp {
  readonly family: 4 | 6;
  readonly local: IpAddress;
  /** Unspecified when the peer has not said. */
  readonly remote: IpAddress;
}

export interface NetworkClient {
  up(network: NetworkUp): void;
  down(family: 4 | 6): void;
  /** There is no agreement. */
  failed(family: 4 | 6): void;
}

const IP_ADDRESS = 3;
const INTERFACE_IDENTIFIER = 1;

/** What both have in common: nothing beside the one option. */
abstract class OneOption implements Negotiator {
  protected readonly client: NetworkClient;
  protected readonly optionType: number;
  protected isRefused = false;

  constructor(client: NetworkClient, optionType: number) {
    this.client = client;
    this.optionType = optionType;
  }

  abstract reset(): void;
  abstract up(): void;
  abstract down(): void;
  protected abstract value(): Uint8Array;
  protected abstract judgeValue(data: Uint8Array): true | "reject" | Uint8Array;
  protected abstract take(data: Uint8Array): void;
  abstract missing(options: readonly ControlOption[]): readonly ControlOption[];
  protected abstract acceptValue(data: Uint8Array): void;
  abstract finished(): void;

  request(): readonly ControlOption[] {
    return this.isRefused ? [] : [{ type: this.optionType, data: this.value() }];
  }

  judge({ type, data }: ControlOption): true | "reject" | Uint8Array {
    return type === this.optionType && data.length === this.value().length ? this.judgeValue(data) : "reject";
  }

  accepted(options: readonly ControlOption[]): void {
    for (const { type, data } of options) if (type === this.optionType) this.acceptValue(data);
  }

  naked(options: readonly ControlOption[]): void {
    for (const { type, data } of options) {
      if (type === this.optionType && data.length === this.value().length) this.take(data);
    }
  }

  rejected(options: readonly ControlOption[]): void {
    if (options.some(({ type }) => type === this.optionType)) this.isRefused = true;
  }

  extra(): boolean {
    return false;
  }
}

/** Null: the peer is to say. */
export interface IpcpSettings {
  readonly local: IpAddress | null;
  readonly remote: IpAddress | null;
}

export class Ipcp extends OneOption {
  readonly #settings: IpcpSettings;
  #local: IpAddress = ANY_V4;
  #remote: IpAddress = ANY_V4;

  constructor(settings: IpcpSettings, client: NetworkClient) {
    super(client, IP_ADDRESS);
    this.#settings = settings;
  }

  reset(): void {
    this.isRefused = false;
    this.#local = this.#settings.local ?? ANY_V4;
    this.#remote = ANY_V4;
  }

  up(): void {
    const remote = this.#remote.isUnspecified ? (this.#settings.remote ?? ANY_V4) : this.#remote;
    if (this.#local.isUnspecified) this.client.failed(4);
    else this.client.up({ family: 4, local: this.#local, remote });
  }

  down(): void {
    this.client.down(4);
  }

  finished(): void {
    this.client.failed(4);
  }

  missing(options: readonly ControlOption[]): readonly ControlOption[] {
    const { remote } = this.#settings;
    const isThere = options.some(({ type }) => type === IP_ADDRESS);
    return isThere || remote === null ? [] : [{ type: IP_ADDRESS, data: bytesOf(remote.v4) }];
  }

  protected override value(): Uint8Array {
    return bytesOf(this.#local.v4);
  }

  protected override judgeValue(data: Uint8Array): true | "reject" | Uint8Array {
    const asked = IpAddress.v4(wordOf(data));
    const { remote } = this.#settings;
    if (remote !== null) return asked.equals(remote) ? true : bytesOf(remote.v4);
    // RFC 1332 §3.3: zero asks for an address. Without one to give, the peer has to do without the option.
    if (asked.isUnspecified || asked.equals(this.#local)) return "reject";
    return asked.isMulticast || asked.isBroadcast || asked.isLoopback ? "reject" : true;
  }

  protected override take(data: Uint8Array): void {
    const given = IpAddress.v4(wordOf(data));
    // As pppd without ipcp-accept-local: who was told its address keeps it.
    if (this.#settings.local === null && !given.isMulticast && !given.isBroadcast) this.#local = given;
  }

  protected override acceptValue(data: Uint8Array): void {
    this.#remote = IpAddress.v4(wordOf(data));
  }
}

const LINK_LOCAL = 0xfe80_0000;

export class Ipv6cp extends OneOption {
  readonly #random: Prng;
  #local: Uint8Array = new Uint8Array(8);
  #remote: Uint8Array = new Uint8Array(8);

  constructor(machine: Machine, label: string, client: NetworkClient) {
    super(client, INTERFACE_IDENTIFIER);
    this.#random = machine.random(`${label} interface identifier`);
  }

  reset(): void {
    this.isRefused = false;
    this.#local = this.#newIdentifier();
    this.#remote = new Uint8Array(8);
  }

  up(): void {
    this.client.up({ family: 6, local: linkLocal(this.#local), remote: linkLocal(this.#remote) });
  }

  down(): void {
    this.client.down(6);
  }

  finished(): void {
    this.client.failed(6);
  }

  missing(): readonly ControlOption[] {
    return [];
  }

  protected override value(): Uint8Array {
    return this.#local;
  }

  protected override judgeValue(data: Uint8Array): true | Uint8Array {
    // RFC 5072 §4.1: zero asks for an identifier, and equal ones are not unique: both get another.
    const isZero = data.every((byte) => byte === 0);
    const isOurs = data.every((byte, index) => byte === this.#local[index]);
    return isZero || isOurs ? this.#newIdentifier() : true;
  }

  protected override take(data: Uint8Array): void {
    this.#local = data.slice();
  }

  protected override acceptValue(data: Uint8Array): void {
    this.#remote = data.slice();
  }

  #newIdentifier(): Uint8Array {
    const identifier = Uint8Array.from({ length: 8 }, () => this.#random.below(256));
    // RFC 5072 §4.1: the "u" bit says that it is not made of a hardware address.
    identifier[0] = (identifier[0] as number) & ~2;
    identifier[7] = (identifier[7] as number) | 1;
    return identifier;
  }
}

function linkLocal(identifier: Uint8Array): IpAddress {
  return IpAddress.v6(LINK_LOCAL, 0, wordOf(identifier.subarray(0, 4)), wordOf(identifier.subarray(4)));
}
