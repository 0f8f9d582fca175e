/**
 * The table of properties, as the experiments give it: a cell stands only where an experiment has come to its end.
 */
import type { Mechanism, Property } from "netloom";
import type { Channel, Finding } from "./channel.ts";
import * as experiments from "./experiments.ts";
import { pipes } from "./pipes.ts";
import { sockets } from "./sockets.ts";

export const CHANNELS: readonly Channel[] = [...pipes, ...sockets];

/** Lets every experiment look at the channel. Throws what an experiment throws. */
export async function observe(channel: Channel): Promise<Mechanism> {
  const { name, title, manual, summary, drawing } = channel;
  const properties: Partial<Record<Property, Finding>> = {
    addressing: await experiments.addressing(channel),
    directionality: await experiments.directionality(channel),
    boundaries: await experiments.boundaries(channel),
    connection: await channel.connection(),
    ...(channel.capacity === undefined ? {} : { capacity: await experiments.capacity(channel) }),
    ...(await experiments.reliability(channel)),
    parties: await experiments.whoMay(channel),
  };
  return {
    name,
    title,
    manual,
    summary,
    drawing: drawing.slice(1),
    properties,
    blocking: await experiments.blocking(channel),
  };
}
