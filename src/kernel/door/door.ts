/**
 * The door for TypeScript programs: Sys on top of kernel calls and operations.
 *
 * Read first: kernel/sys/ for what each call does, caller.ts for how a call runs. The families of calls are classes
 * that stand on each other, one file each: Caller → ProcessDoor → TimeDoor → DescriptorDoor → SocketDoor → FileDoor →
 * EventDoor → UserDoor → SignalDoor → SessionDoor → QueueDoor → TerminalDoor → SysvDoor → MemoryDoor →
 * SemaphoreDoor → RendezvousDoor → Door.
 */

import type { Sys } from "../sys/sys.ts";
import { Caller } from "./caller.ts";
import { guard } from "./odd-arguments.ts";
import { RendezvousDoor } from "./rendezvous-door.ts";

export class Door extends RendezvousDoor implements Sys {}

guard(Door.prototype, Caller.prototype);
