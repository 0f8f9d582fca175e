/**
 * `netloom run`: loads a scenario, lets it build its world, runs it, and tells what happened.
 *
 * Order: locate() → load() → Stage → the scenario builds → world.run() → report. With --check the same happens twice and
 * check.ts compares. Whatever goes wrong, the state of the world up to there is printed before the failure is told.
 */
import type { WorldOptions } from "../entry-node.ts";
import { formatCommand, type RunArguments } from "./arguments.ts";
import { Comparison, formatDivergence } from "./check.ts";
import { Failure, isOfRun, toFailure } from "./failure.ts";
import { settles } from "./idle.ts";
import { interceptPrinting } from "./intercept.ts";
import { onInterrupt } from "./interrupt.ts";
import { formatJson } from "./json.ts";
import { load, locate, type Scenario, type ScenarioFile } from "./load.ts";
import { output } from "./output.ts";
import { drawPictures } from "./pictures.ts";
import { drawPlots } from "./plots.ts";
import { Progress } from "./progress.ts";
import { Recording } from "./recording.ts";
import { formatCrash, formatJsonResult, formatReport, formatResult } from "./report.ts";
import { type CaptureFile, prepareDirectory, Stage } from "./stage.ts";
import { StrayErrors } from "./stray.ts";
import { stdoutStyle } from "./style.ts";
import { Transcript } from "./transcript.ts";

/** Where captures go when the shipped scenario is run for people. */
const SHIPPED_CAPTURES = "captures";

/** So many programs that threw are told on standard error. */
const CRASHES_TOLD_MAX = 5;

/** How what happens is shown. */
type Show = "transcript" | "json" | "quiet";

/** One experiment: what is run, and how. */
interface Experiment {
  readonly file: ScenarioFile;
  readonly given: RunArguments;
  readonly show: Show;
  readonly captures: string | undefined;
}

/** Runs it and answers the exit status. Throws a Failure for what keeps it from starting. */
export async function run(given: RunArguments): Promise<number> {
  const file = locate(given.file);
  // A script that asks for JSON or for the result alone should find no files that it has not asked for.
  const show = given.quiet || given.check ? "quiet" : given.json ? "json" : "transcript";
  const captures = given.pcap ?? (file.isShipped && show === "transcript" ? SHIPPED_CAPTURES : undefined);
  const experiment = { file, given, show, captures } as const;
  const scenario = await load(file);
  if (captures !== undefined) prepareDirectory(captures);
  if (given.lsof !== undefined) prepareDirectory(given.lsof);
  if (given.plot !== undefined) prepareDirectory(given.plot);
  return given.check ? await runTwice(experiment, scenario) : await runOnce(experiment, scenario);
}

async function runOnce(experiment: Experiment, scenario: Scenario): Promise<number> {
  const stage = setUp(experiment, scenario);
  const failure = await perform(experiment, scenario, stage);
  return finish(experiment, stage, failure);
}

async function runTwice(experiment: Experiment, scenario: Scenario): Promise<number> {
  const first = setUp(experiment, scenario);
  const recording = new Recording();
  first.journal = recording.add;
  const failure = await perform(experiment, scenario, first);

  const again = await load(experiment.file);
  const second = setUp(
    { ...experiment, captures: undefined, given: { ...experiment.given, lsof: undefined, plot: undefined } },
    again,
  );
  const comparison = new Comparison(recording, () => setImmediate(() => void second.close()));
  second.journal = comparison.journal;
  const secondFailure = await perform(experiment, again, second);
  comparison.end();

  const { divergence } = comparison;
  const difference =
    divergence === null ? compareEnds(first, failure, second, secondFailure) : formatDivergence(divergence);
  if (difference !== undefined) return finish(experiment, first, new Failure(1, difference));
  output.write(`check: 2 runs, ${first.result().events} events, same hash\n`);
  return finish(experiment, first, failure);
}

/** How two runs with the same steps differ in their end, if they do. */
function compareEnds(
  first: Stage,
  failure: Failure | null,
  second: Stage,
  secondFailure: Failure | null,
): string | undefined {
  if (failure?.message !== secondFailure?.message) {
    const ends = [failure, secondFailure].map((end) => end?.message ?? "ended well");
    return `the two runs differ in their end:\n  first run   ${ends[0]}\n  second run  ${ends[1]}`;
  }
  if (first.hash === second.hash) return undefined;
  return "the two runs differ after the last step: in a frame that was on its way";
}

/** A fresh world, which is watched from its beginning. */
function setUp({ file, given, show, captures }: Experiment, scenario: Scenario): Stage {
  // What programs print is in the trace; it would be there twice.
  const options: WorldOptions = { console: () => {}, ...scenario.options, ...givenOptions(given) };
  const stage = makeStage(options, captures, file, given.until);
  if (Progress.isWanted(show !== "quiet")) {
    const progress = new Progress(stage, given.until);
    stage.atEnd(() => progress.end());
  }
  if (given.plot !== undefined) stage.atEnd(drawPlots(stage, given.plot));
  if (given.lsof !== undefined) stage.atEnd(drawPictures(stage, given.lsof));
  if (show === "json") stage.trace((event) => output.write(formatJson(event)));
  if (show === "transcript") {
    const transcript = new Transcript((line) => output.write(line), stdoutStyle());
    stage.trace((event) => transcript.add(event));
    stage.atEnd(() => transcript.end());
  }
  return stage;
}

function makeStage(
  options: WorldOptions,
  captures: string | undefined,
  { name }: ScenarioFile,
  until: string | undefined,
): Stage {
  try {
    return new Stage(options, captures, until);
  } catch (error) {
    throw new Failure(2, `the "options" that ${name} exports: ${(error as Error).message}`);
  }
}

function givenOptions({ seed, isRealTime }: RunArguments): WorldOptions {
  return { ...(seed === undefined ? {} : { seed }), ...(isRealTime ? { time: "real" } : {}) };
}

/** Builds and runs; what stopped it before its end is answered, not thrown. */
async function perform({ file, show }: Experiment, scenario: Scenario, stage: Stage): Promise<Failure | null> {
  using _printing = interceptPrinting(show === "transcript" ? output : null);
  using _interrupt = onInterrupt(stage);
  using stray = new StrayErrors(stage);
  try {
    await Promise.race([settles(scenario.build(stage), `the default export of ${file.name}`), stray.failed]);
    await stage.run();
    return stray.failure;
  } catch (error) {
    if (stray.failure !== null) return stray.failure;
    const failure = toFailure(error);
    const isOfScenario = failure !== error && !isOfRun(error);
    return isOfScenario ? new Failure(failure.status, `${file.name} failed: ${failure.message}`) : failure;
  } finally {
    stage.end();
  }
}

/** Prints what there is to say about the run, and answers the exit status. */
function finish({ given, show }: Experiment, stage: Stage, stopped: Failure | null): number {
  let failure = stopped;
  let files: CaptureFile[] = [];
  try {
    files = stage.endCaptures();
  } catch (error) {
    failure ??= toFailure(error);
  }
  const result = stage.result();
  // A call that a world refuses because it has failed throws that failure into the program.
  const crashes = result.crashes.filter(({ error }) => !isOfRun(error));
  if (given.json) output.write(formatJsonResult(stage, result, failure?.message));
  else if (show === "quiet") output.write(formatResult(result));
  else output.write(formatReport(stage, result, crashes, files, stdoutStyle()));
  output.flush();

  const told = crashes.slice(0, CRASHES_TOLD_MAX).map((crash) => formatCrash(crash, show === "quiet"));
  if (crashes.length > told.length) told.push(`${crashes.length - told.length} more programs crashed`);
  if (failure !== null) told.push(failure.message);
  if (told.length === 0) return 0;
  told.push(`the seed was ${stage.seed}; to run it again: ${formatCommand(given, stage.seed)}`);
  process.stderr.write(told.map((line) => `netloom: ${line}\n`).join(""));
  return failure?.status ?? 1;
}
