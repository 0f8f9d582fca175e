// The public types of dist/entry-tap.d.ts, without comments. Written by `npm run api`.

export interface Joint {
    readonly drops: number;
}

export interface OutsideWorld {
    readonly time: "virtual" | "real";
    outside(name: string, input: () => void): OutsideSource;
}

export declare class Tap implements Device, Disposable {
    readonly linkType = "ethernet";
    readonly namePrefix = "eth";
    readonly mtu: number;
    readonly queuePackets = 1000;
    readonly ready = true;
    readonly linkName: string;
    readonly counters: TapCounters;
    constructor(world: OutsideWorld, native: Native, { fd, name }: TapDescriptor, mtu: number, offload: boolean);
    open(client: DeviceClient, _macAddress: MacAddress): void;
    get takesLargeSegments(): boolean;
    transmit(packet: Packet): void;
    [Symbol.dispose](): void;
}

export interface TapCounters {
    rxFrames: number;
    rxErrors: number;
    txFrames: number;
    txDrops: number;
}

export interface TapOptions {
    readonly name?: string;
    readonly mtu?: number;
    readonly offload?: boolean;
}

export declare function joinDevices(one: Device, other: Device): Joint;

export declare function openTap(world: OutsideWorld, options?: TapOptions): Tap;

// ---- Not exported, but reached from the above. ----

// link/device.d.ts
interface Device {
    readonly linkType: LinkType;
    readonly namePrefix: string;
    readonly carrier?: boolean;
    readonly mtu: number;
    readonly queuePackets: number;
    readonly linkName: string;
    open(client: DeviceClient, macAddress: MacAddress, label?: string): void;
    readonly ready: boolean;
    readonly takesLargeSegments?: boolean;
    transmit(packet: Packet): void;
}

// link/device.d.ts
interface DeviceClient {
    receive(packet: Packet): void;
    transmitDone(): void;
    carrierChanged?(): void;
    receiveError?(counter: string, bytes: number): void;
    readonly takesLargeSegments?: boolean;
    observe?(direction: "in" | "out", packet: Packet): void;
}

// link/device.d.ts
type LinkType = "ethernet" | "raw-ip" | "ppp";

// node/tap/control.d.ts
interface TapDescriptor {
    readonly fd: number;
    readonly name: string;
}

// node/tap/native.d.ts
interface Native {
    ioctl(fd: number, request: number, argument: Uint8Array): number;
    ioctlNumber(fd: number, request: number, argument: number): number;
    read(fd: number, into: Uint8Array, length: number): number;
    errno(): number;
    watch(fd: number, callback: () => void): Watch;
}

// node/tap/native.d.ts
interface Watch {
    start(callback: () => void): void;
    stop(): void;
    close(): void;
}

// wire/mac-address.d.ts
type MacAddress = number;

// wire/packet.d.ts
declare class Packet {
    bytes: Uint8Array;
    view: DataView;
    origin: number;
    start: number;
    end: number;
    tail: Uint8Array | null;
    shared: boolean;
    isLent: boolean;
    checksumStart: number;
    checksumField: number;
    segmentBytes: number;
    payloadStart: number;
    private constructor();
    static allocate(length: number, headroomBytes?: number): Packet;
    static from(payload: Uint8Array, headroomBytes?: number): Packet;
    static withTail(tail: Uint8Array, headroomBytes?: number): Packet;
    static over(memory: Slab, length: number): Packet;
    get length(): number;
    get segments(): number;
    get wireBytes(): number;
    get wireLength(): number;
    get headLength(): number;
    get trueSizeBytes(): number;
    prepend(length: number): number;
    trimStart(length: number): void;
    truncate(length: number): void;
    pullUp(length: number): boolean;
    clone(): Packet;
    own(): void;
    ownAll(): void;
    compact(headroomBytes: number): void;
    completeChecksum(): void;
    copyTo(target: Uint8Array, from?: number, at?: number): number;
    copyBytes(): Uint8Array;
    takePart(from: number, length: number): Packet;
    useMemory(memory: Slab | null): void;
    shareHead(): Slab | null;
    giveBackMemory(): void;
    keepMemory(): void;
    charge(payer: Payer): number;
    release(): void;
}

// wire/packet.d.ts
interface Payer {
    uncharge(bytes: number): void;
}

// wire/slab.d.ts
declare class Slab {
    readonly bytes: Uint8Array;
    readonly view: DataView;
    used: number;
    constructor(size: number);
    static borrow(): Slab;
    share(): void;
    giveBack(): void;
    keep(): void;
}

// world/outside.d.ts
interface OutsideSource extends Disposable {
    raise(): void;
}
