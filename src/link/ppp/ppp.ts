/**
 * PPP as a device: an interface above, a serial line below, and in between everything that the two ends agree on.
 *
 * Read first: RFC 1661 §3 (the phases), fsm.ts, control-protocol.ts; lcp.ts, auth.ts, ipcp.ts.
 *
 *      Dead ──carrier──▶ Establish (LCP) ──▶ Authenticate ──▶ Network (IPCP, IPV6CP) ──▶ Terminate ──▶ Dead
 *
 * Down: transmit() → line.ts → the serial line. Up: line.ts → arrived() → a control protocol, or the interface. The carrier
 * that the interface sees is that of its network protocols: it is there while one of them is open.
 * A link that has given up tries again after a while, and at once when the line's carrier comes back.
 */
import { TimedEvent } from "../../base/event-queue.ts";
import { countDrop, type Machine } from "../../base/machine.ts";
import type { MacAddress } from "../../wire/mac-address.ts";
import { Packet } from "../../wire/packet.ts";
import * as ppp from "../../wire/ppp.ts";
import { emitControl, PROTOCOL_REJECT } from "../../wire/ppp-control.ts";
import type { Device, DeviceClient } from "../device.ts";
import type { SerialEnd } from "../serial.ts";
import { type AuthParts, type AuthRole, makeClient, makeServer } from "./auth.ts";
import { ControlProtocol } from "./control-protocol.ts";
import type { PppState } from "./fsm.ts";
import { Ipcp, Ipv6cp, type NetworkUp } from "./ipcp.ts";
import { Lcp, MRU_DEFAULT } from "./lcp.ts";
import { PppLine, type PppLineClient } from "./line.ts";
import type { PppSettings } from "./options.ts";

export type PppPhase = "dead" | "establish" | "authenticate" | "network" | "terminate";

/** A PPP link at one moment, as plain data. */
export interface PppSnapshot {
  readonly phase: PppPhase;
  readonly lcp: PppState;
  readonly ipcp: PppState;
  readonly ipv6cp: PppState;
  /** Whom the peer has shown to be; empty when it was not asked. */
  readonly peerName: string;
  readonly networks: readonly { readonly family: 4 | 6; readonly local: string; readonly remote: string }[];
  readonly mtu: number;
}

/** Told when a network protocol can be used, and when no longer. */
export interface PppClient {
  networkUp(network: NetworkUp): void;
  networkDown(network: NetworkUp): void;
}

const QUEUE_PACKETS = 100;

export class PppDevice implements Device, PppLineClient {
  readonly linkType = "ppp";
  readonly namePrefix = "ppp";
  readonly queuePackets: number = QUEUE_PACKETS;
  readonly #machine: Machine;
  readonly #end: SerialEnd;
  readonly #settings: PppSettings;
  readonly #client: PppClient;
  readonly #line: PppLine;
  readonly #lcpOptions: Lcp;
  readonly #lcp: ControlProtocol;
  readonly #ipcp: ControlProtocol;
  readonly #ipv6cp: ControlProtocol;
  readonly #networks: Map<4 | 6, NetworkUp> = new Map<4 | 6, NetworkUp>();
  readonly #echoTimer: TimedEvent;
  readonly #retryTimer: TimedEvent;
  /** By the protocol that they speak, while they are at it. */
  #roles: Map<number, AuthRole[]> = new Map<number, AuthRole[]>();
  #pendingRoles = 0;
  #interface: DeviceClient | null = null;
  #isWanted = true;
  #phase: PppPhase = "dead";
  #peerName = "";
  #rejects = 0;

  constructor(machine: Machine, end: SerialEnd, settings: PppSettings, client: PppClient) {
    this.#machine = machine;
    this.#end = end;
    this.#settings = settings;
    this.#client = client;
    this.#line = new PppLine(machine, end, Math.max(MRU_DEFAULT, settings.mru), this);
    const label = `ppp ${end.lineName}`;
    const { mru, asyncMap, compress: mayCompress, require, own } = settings;
    const lcpSettings = { mru, asyncMap, compress: mayCompress, require, offer: own === null ? [] : CLIENT_PROTOCOLS };
    this.#lcpOptions = new Lcp(machine, label, lcpSettings, {
      up: () => this.#established(),
      down: () => this.#lost(),
      finished: () => this.#gaveUp(),
      looped: () => this.#abandon("PppLoops"),
      refused: () => this.#abandon("PppAuthRefused"),
      protocolRejected: (protocol) => this.#protocolOf(protocol)?.protocolRejected(),
      reply: (packet) => this.#sendControl(ppp.PROTOCOL_LCP, emitControl(packet)),
    });
    const network = {
      up: (up: NetworkUp) => this.#networkUp(up),
      down: (family: 4 | 6) => this.#networkDown(family),
      failed: (family: 4 | 6) => (family === 4 ? this.#ipcp : this.#ipv6cp).close(),
    };
    this.#lcp = this.#protocol("LCP", ppp.PROTOCOL_LCP, this.#lcpOptions);
    this.#ipcp = this.#protocol("IPCP", ppp.PROTOCOL_IPCP, new Ipcp(settings, network));
    this.#ipv6cp = this.#protocol("IPV6CP", ppp.PROTOCOL_IPV6CP, new Ipv6cp(machine, label, network));
    this.#echoTimer = new TimedEvent(`${label} echo`, () => this.#askForLife(), true);
    this.#retryTimer = new TimedEvent(`${label} retry`, () => this.#retry(), true);
  }

  // ---- Device ----

  get mtu(): number {
    return this.#lcpOptions.permission.mru;
  }

  get linkName(): string {
    return this.#end.lineName;
  }

  get carrier(): boolean {
    return this.#networks.size > 0;
  }

  get ready(): boolean {
    return this.#line.ready;
  }

  open(client: DeviceClient, _macAddress: MacAddress, label: string = "ppp"): void {
    this.#interface = client;
    this.#lcp.open();
    this.#line.open(label);
  }

  transmit(packet: Packet): void {
    const protocol = ppp.protocol(packet.view, packet.start);
    const family = protocol === ppp.PROTOCOL_IPV6 ? 6 : 4;
    if (!this.#networks.has(family)) {
      countDrop(this.#machine, "PppNotOpen", packet.length);
      packet.release();
      return;
    }
    this.#line.send(packet, this.#lcpOptions.permission);
  }

  // ---- what the host does ----

  /** Takes the link down politely, or lets it come up again. */
  setWanted(isWanted: boolean): void {
    if (this.#isWanted === isWanted) return;
    this.#isWanted = isWanted;
    if (isWanted) this.#lcp.open();
    else this.#terminate();
  }

  snapshot(): PppSnapshot {
    return {
      phase: this.#phase,
      lcp: this.#lcp.state,
      ipcp: this.#ipcp.state,
      ipv6cp: this.#ipv6cp.state,
      peerName: this.#peerName,
      networks: [...this.#networks.values()].map(({ family, local, remote }) => ({
        family,
        local: local.toString(),
        remote: remote.toString(),
      })),
      mtu: this.mtu,
    };
  }

  // ---- PppLineClient ----

  arrived(packet: Packet): void {
    const protocol = ppp.protocol(packet.view, packet.start);
    if (protocol === ppp.PROTOCOL_IPV4 || protocol === ppp.PROTOCOL_IPV6) {
      if (this.#networks.has(protocol === ppp.PROTOCOL_IPV4 ? 4 : 6)) this.#interface?.receive(packet);
      else countDrop(this.#machine, "PppNotOpen", packet.length);
      return;
    }
    const information = packet.bytes.slice(packet.start + ppp.HEADER_LENGTH, packet.end);
    this.#interface?.observe?.("in", packet);
    if (!this.#control(protocol, information)) countDrop(this.#machine, "PppBadControls", packet.length);
  }

  error(counter: string, bytes: number): void {
    this.#interface?.receiveError?.(counter, bytes);
  }

  writable(): void {
    this.#interface?.transmitDone();
  }

  carrierChanged(carrier: boolean): void {
    if (carrier) {
      this.#phase = "establish";
      this.#lcp.lowerUp();
    } else {
      this.#lcp.lowerDown();
      this.#phase = "dead";
    }
  }

  // ---- control packets ----

  /** False when the packet is none, or comes too early. */
  #control(protocol: number, information: Uint8Array): boolean {
    if (protocol === ppp.PROTOCOL_LCP) return this.#lcp.input(information);
    // RFC 1661 §3.4: before LCP is open nothing else is heard.
    if (!this.#lcpOptions.isUp) return false;
    const role = this.#roles.get(protocol);
    if (role !== undefined) return role.map((one) => one.input(information)).includes(true);
    const network = this.#protocolOf(protocol);
    // RFC 1661 §3.5: until the peer has shown itself, network protocols wait.
    if (network !== undefined) return this.#phase === "network" && network.input(information);
    this.#rejectProtocol(protocol, information);
    return false;
  }

  #protocolOf(protocol: number): ControlProtocol | undefined {
    if (protocol === ppp.PROTOCOL_IPCP) return this.#ipcp;
    return protocol === ppp.PROTOCOL_IPV6CP && this.#settings.ipv6 ? this.#ipv6cp : undefined;
  }

  #rejectProtocol(protocol: number, information: Uint8Array): void {
    countDrop(this.#machine, "PppUnknownProtocols", information.length);
    // RFC 1661 §5.7: cut to what the peer can receive.
    const quoted = information.subarray(0, this.mtu - 6);
    const data = Uint8Array.of(protocol >>> 8, protocol & 0xff, ...quoted);
    this.#rejects = (this.#rejects + 1) & 0xff;
    this.#sendControl(ppp.PROTOCOL_LCP, emitControl({ code: PROTOCOL_REJECT, identifier: this.#rejects, data }));
  }

  #sendControl(protocol: number, information: Uint8Array): void {
    const packet = Packet.from(information);
    ppp.emit(packet.view, packet.prepend(ppp.HEADER_LENGTH), protocol);
    this.#interface?.observe?.("out", packet);
    this.#line.sendControl(packet, this.#lcpOptions.permission);
  }

  #protocol(
    name: string,
    number: number,
    negotiator: ConstructorParameters<typeof ControlProtocol>[2],
  ): ControlProtocol {
    const label = `${name} ${this.#end.lineName}`;
    return new ControlProtocol(label, this.#machine, negotiator, (bytes) => this.#sendControl(number, bytes));
  }

  // ---- phases ----

  /** LCP is open. */
  #established(): void {
    this.#phase = "authenticate";
    this.#peerName = "";
    this.#roles = new Map();
    const { own, peers } = this.#settings;
    const { required, permission } = this.#lcpOptions;
    const roles: AuthRole[] = [];
    if (required !== null) {
      const secretOf = (name: string) => (Object.hasOwn(peers, name) ? peers[name] : undefined);
      const parts = this.#authParts(required, (name) => (this.#peerName = name));
      roles.push(this.#addRole(required, makeServer(required, own?.name ?? this.#machine.name, secretOf, parts)));
    }
    if (permission.authenticate !== null && own !== null) {
      const protocol = permission.authenticate;
      roles.push(
        this.#addRole(
          protocol,
          makeClient(
            protocol,
            own,
            this.#authParts(protocol, () => {}),
          ),
        ),
      );
    }
    this.#pendingRoles = roles.length;
    for (const role of roles) role.start();
    if (roles.length === 0) this.#authenticated();
    if (this.#settings.echoIntervalNs > 0)
      this.#machine.scheduler.after(this.#echoTimer, this.#settings.echoIntervalNs);
  }

  #addRole(protocol: "pap" | "chap", role: AuthRole): AuthRole {
    const number = AUTH_NUMBERS[protocol];
    this.#roles.set(number, [...(this.#roles.get(number) ?? []), role]);
    return role;
  }

  #authParts(protocol: "pap" | "chap", learn: (peerName: string) => void): AuthParts {
    return {
      machine: this.#machine,
      label: `${protocol} ${this.#end.lineName}`,
      send: (bytes) => this.#sendControl(AUTH_NUMBERS[protocol], bytes),
      done: (isSuccess, peerName) => {
        if (!isSuccess) {
          this.#abandon("PppAuthFailures");
          return;
        }
        learn(peerName);
        if (--this.#pendingRoles === 0) this.#authenticated();
      },
    };
  }

  #authenticated(): void {
    this.#phase = "network";
    this.#ipcp.open();
    this.#ipcp.lowerUp();
    if (!this.#settings.ipv6) return;
    this.#ipv6cp.open();
    this.#ipv6cp.lowerUp();
  }

  /** LCP is no longer open. */
  #lost(): void {
    for (const role of [...this.#roles.values()].flat()) role.stop();
    this.#machine.scheduler.events.cancel(this.#echoTimer);
    this.#ipcp.lowerDown();
    this.#ipv6cp.lowerDown();
    this.#phase = this.#end.carrier ? "establish" : "dead";
  }

  /** LCP has given up, or has been closed. */
  #gaveUp(): void {
    this.#phase = "dead";
    if (this.#isWanted) this.#machine.scheduler.after(this.#retryTimer, this.#settings.holdoffNs);
  }

  #retry(): void {
    if (!this.#isWanted || !this.#end.carrier) return;
    this.#phase = "establish";
    // From Closed it is Open that begins anew, from Stopped a line that comes up.
    if (this.#lcp.state === "Stopped") {
      this.#lcp.lowerDown();
      this.#lcp.lowerUp();
    }
    this.#lcp.open();
  }

  /** It makes no sense to go on now. */
  #abandon(counter: string): void {
    this.#machine.counters.bump(counter);
    this.#terminate();
  }

  #terminate(): void {
    this.#machine.scheduler.events.cancel(this.#retryTimer);
    this.#lcp.close();
    if (this.#lcp.state === "Closing") this.#phase = "terminate";
  }

  /** RFC 1661 §5.8, and pppd's lcp-echo-failure: a peer that says nothing any more is gone. */
  #askForLife(): void {
    const { echoIntervalNs, echoFailures } = this.#settings;
    if (this.#lcpOptions.unansweredEchoes >= echoFailures) {
      this.#machine.counters.bump("PppEchoFailures");
      this.#lcp.lowerDown();
      this.#lcp.lowerUp();
      return;
    }
    this.#sendControl(ppp.PROTOCOL_LCP, emitControl(this.#lcpOptions.echoRequest()));
    this.#machine.scheduler.after(this.#echoTimer, echoIntervalNs);
  }

  // ---- network protocols ----

  #networkUp(network: NetworkUp): void {
    this.#networks.set(network.family, network);
    if (this.#networks.size === 1) this.#interface?.carrierChanged?.();
    this.#client.networkUp(network);
  }

  #networkDown(family: 4 | 6): void {
    const network = this.#networks.get(family);
    if (network === undefined) return;
    this.#networks.delete(family);
    this.#client.networkDown(network);
    if (this.#networks.size === 0) this.#interface?.carrierChanged?.();
  }
}

/** What we prefer to show ourselves with comes first. */
const CLIENT_PROTOCOLS: readonly ["chap", "pap"] = ["chap", "pap"];
const AUTH_NUMBERS: Readonly<Record<"pap" | "chap", number>> = { pap: ppp.PROTOCOL_PAP, chap: ppp.PROTOCOL_CHAP };
