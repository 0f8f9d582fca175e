/**
 * Study: a mechanism and the experiments that answer the questions of the table. A Channel is studied by the general ones.
 */
import type { Mechanism, Property } from "netloom";
import type { Channel, Finding } from "./channel.ts";
import * as experiments from "./experiments.ts";
import * as parties from "./parties.ts";

export interface Study extends Pick<Mechanism, "name" | "title" | "group" | "manual" | "summary" | "drawing"> {
  readonly properties: Partial<Record<Property, (() => Promise<Finding>) | null>>;
  blocking(): Promise<Mechanism["blocking"]>;
}

/** The order of the questions. */
const PROPERTIES: readonly Property[] = [
  "addressing",
  "directionality",
  "boundaries",
  "connection",
  "capacity",
  "loss",
  "reordering",
  "damage",
  "parties",
];

/** The study of a channel. */
export function studyOf(channel: Channel): Study {
  const { name, title, group, manual, summary, drawing, own = {} } = channel;
  let traffic: ReturnType<typeof experiments.reliability> | undefined;
  const reliability = (): ReturnType<typeof experiments.reliability> => {
    traffic ??= experiments.reliability(channel);
    return traffic;
  };
  const properties: Study["properties"] = {
    addressing: () => parties.addressing(channel),
    directionality: () => experiments.directionality(channel),
    boundaries: () => experiments.boundaries(channel),
    connection: () => channel.connection(),
    capacity: channel.capacity === undefined ? null : () => experiments.capacity(channel),
    loss: async () => (await reliability()).loss,
    reordering: async () => (await reliability()).reordering,
    damage: async () => (await reliability()).damage,
    parties: () => parties.whoMay(channel.addressing),
    ...own,
  };
  const blocking = (): Promise<Mechanism["blocking"]> => parties.blocking(channel);
  return { name, title, group, manual, summary, drawing, properties, blocking };
}

/** Makes every experiment of a study. Throws what an experiment throws. */
export async function observe({ properties, blocking, ...about }: Study): Promise<Mechanism> {
  const found: Partial<Record<Property, Finding>> = {};
  for (const property of PROPERTIES) {
    const experiment = properties[property] ?? null;
    if (experiment !== null) found[property] = await experiment();
  }
  return { ...about, drawing: about.drawing.slice(1), properties: found, blocking: await blocking() };
}
