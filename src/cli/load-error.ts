/**
 * Why a scenario could not be loaded: a mistake in its text, a missing module, or an error that its top level threw.
 *
 * tsx hands through what esbuild says of TypeScript ("file:line:column: ERROR: …") and Node's own errors, whose
 * messages contain absolute paths and the loader's query strings; people are shown their file, line and column.
 */
import { spawnSync } from "node:child_process";
import { describeError, Failure, shownPath, toPath } from "./failure.ts";
import type { ScenarioFile } from "./load.ts";

const ESBUILD_ERROR = /^(.+):(\d+):(\d+): ERROR: (.*)$/gm;

/** What is wrong, with the status of the command: 2 for the file, 1 for what it did. */
export function loadFailure(error: unknown, file: ScenarioFile): Failure {
  if (error instanceof Failure) return error;
  if (!(error instanceof Error)) return new Failure(1, `${file.name} failed: ${describeError(error)}`);
  const { code } = error as NodeJS.ErrnoException;
  const transform = [...error.message.matchAll(ESBUILD_ERROR)];
  if (transform.length > 0) return new Failure(2, transform.map(formatTransformError).join("\n"));
  if (error.name === "SyntaxError") return new Failure(2, `${syntaxErrorPlace(error, file)}: ${bare(error.message)}`);
  if (code === "ERR_MODULE_NOT_FOUND" || code === "MODULE_NOT_FOUND" || code?.startsWith("ERR_PACKAGE_PATH")) {
    return new Failure(2, `${file.name} can't be loaded: ${bare(error.message)}`);
  }
  return new Failure(1, `${file.name} failed while it was loaded: ${describeError(error)}`);
}

/** esbuild counts columns from 0, editors from 1. */
function formatTransformError([, path = "", line, column, message]: RegExpMatchArray): string {
  return `${shownPath(toPath(path))}:${line}:${Number(column) + 1}: ${message}`;
}

/** Node puts the place of a missing export before the stack; that of other mistakes it only tells as it ends. */
function syntaxErrorPlace(error: Error, file: ScenarioFile): string {
  const place = findPlace(error.stack ?? "") ?? findPlace(spawnSync(process.execPath, ["--check", file.path]).stderr);
  return place ?? file.name;
}

function findPlace(text: string | Buffer): string | undefined {
  const [, place, line] = /^((?:file:\/\/|\/|[A-Za-z]:\\).*?):(\d+)$/m.exec(String(text)) ?? [];
  return place === undefined ? undefined : `${shownPath(toPath(place))}:${line}`;
}

/** A message of Node in one line, with paths as people write them. */
function bare(message: string): string {
  const line = message.split("\n")[0] as string;
  return line.replace(/(file:\/\/\/?|[A-Za-z]:\\|\/)[^\s'"]+/g, (place) => shownPath(toPath(place)));
}
