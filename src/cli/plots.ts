/**
 * `netloom run --plot DIR`: how each TCP connection went, as a picture: DIR/HOST-N.svg, N in the order of their beginning.
 */
import { writeFileSync } from "node:fs";
import { svgSeries } from "../entry-node.ts";
import { Failure } from "./failure.ts";
import type { Stage } from "./stage.ts";

/** Begins to record; the function that it answers draws. */
export function drawPlots(stage: Stage, directory: string): () => void {
  const recording = stage.record();
  return () => {
    const counts = new Map<string, number>();
    for (const series of recording.connections) {
      const number = (counts.get(series.host) ?? 0) + 1;
      counts.set(series.host, number);
      const path = `${directory.replace(/\/+$/, "")}/${series.host}-${number}.svg`;
      try {
        writeFileSync(path, svgSeries(series));
      } catch (error) {
        throw new Failure(1, `the plot ${path} can't be written: ${(error as Error).message}`);
      }
    }
  };
}
