/**
 * `netloom explain [TOPIC]`: what there is to know of the mechanisms, for people and as JSON.
 *
 * Read first: world/mechanism.ts. Order: explain() → the table, one mechanism, or the layers.
 */
import { MECHANISMS } from "../../entry-node.ts";
import { Failure } from "../failure.ts";
import { layersPage } from "./layers.ts";
import { mechanismPage, mechanismTable } from "./mechanisms.ts";

/** What `netloom explain` was asked for. */
export interface ExplainArguments {
  /** A mechanism, "layers", or undefined for the table. */
  readonly topic: string | undefined;
  readonly json: boolean;
}

/** The page. A Failure when there is no such topic. */
export async function explain({ topic, json }: ExplainArguments): Promise<string> {
  if (topic === "layers") {
    if (json) throw new Failure(2, '"netloom explain layers" is a page for people: leave --json out');
    return await layersPage();
  }
  if (topic === undefined) return json ? text(MECHANISMS) : mechanismTable();
  const mechanism = MECHANISMS.find(({ name }) => name === topic);
  if (mechanism === undefined) {
    const known = [...MECHANISMS.map(({ name }) => name), "layers"].join(", ");
    throw new Failure(2, `there is no "${topic}" to explain; there are ${known}`);
  }
  return json ? text(mechanism) : mechanismPage(mechanism);
}

const text = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;
