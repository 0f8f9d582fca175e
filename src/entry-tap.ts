/**
 * The package's door to real networks: TAP devices of Linux, for worlds in real time.
 */
export { type Joint, joinDevices } from "./link/patch.ts";
export { type OutsideWorld, openTap, Tap, type TapCounters, type TapOptions } from "./node/tap/tap.ts";
