/**
 * Linux as the oracle: generated sequences of system calls, on netloom and on the real kernel.
 *
 * `npm run test:oracle -- --sequences 5000 --seed 1 --themes pipes,signals`; `--themes ipc` are those about queues, semaphores, shared memory and
 * terminals. Read first: test/oracle/helper.c and program.ts.
 */
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { oracle } from "../test/oracle/oracle.ts";
import { THEME_GROUPS, THEMES } from "../test/oracle/themes.ts";

const { values } = parseArgs({
  options: {
    help: { type: "boolean", default: false },
    sequences: { type: "string", default: "15000" },
    seed: { type: "string", default: "1" },
    helpers: { type: "string", default: String(Math.min(2, availableParallelism())) },
    themes: { type: "string" },
  },
});
if (values.help) {
  console.log(`npm run test:oracle -- [options]: programs of system calls, on netloom and on this Linux

  --sequences N   so many programs (15000)
  --seed N        what they are drawn from (1)
  --helpers N     so many Linux sides at once, each on a processor of its own (2)
  --themes A,B    only about these: ${THEMES.map(({ name }) => name).join(", ")};
                  ${Object.entries(THEME_GROUPS).map(([name, themes]) => `or "${name}": ${themes.join(", ")}`)}`);
  process.exit();
}

const options = {
  sequences: Number(values.sequences),
  seed: Number(values.seed),
  helpers: Number(values.helpers),
};
for (const [name, value] of Object.entries(options)) {
  if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`--${name} is a whole number`);
}

const { themes } = values;
const wanted = themes?.split(",").flatMap((name) => THEME_GROUPS[name] ?? [name]);
const unknown = wanted?.find((name) => THEMES.every((theme) => theme.name !== name));
if (unknown !== undefined) throw new RangeError(`--themes: there is no "${unknown}"; --help lists them`);
const report = await oracle(wanted === undefined ? options : { ...options, themes: wanted });
if ("reason" in report) {
  console.log(`The oracle is skipped: ${report.reason}.`);
} else {
  console.log(report.tally.format());
  if (report.difference !== undefined) {
    console.error(`\n${report.difference}`);
    process.exitCode = 1;
  }
}
