/**
 * The same in a browser: the shipped scenario, bundled with the package's browser entry, gives the hash that it gives in Node.
 *
 * Chromium is the machine's own (Debian's package, or the path in CHROMIUM); nothing is downloaded. Without one the test is
 * skipped and says so.
 * Order: bundle() → serve() → hashInBrowser(); the same scenario in this process; compare.
 */
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build, type Platform } from "esbuild";
import { chromium } from "playwright-core";

const ROOT = fileURLToPath(new URL("../", import.meta.url));
const CHROMIUM = process.env.CHROMIUM ?? "/usr/bin/chromium";
const LIMIT_MS = 120_000;
const ARGUMENTS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** The module that runs on both sides. `netloom` becomes the entry of the platform that it is bundled for. */
const EXPERIMENT = `
import { World } from "netloom";
import scenario from "./examples/course.ts";

export async function experiment() {
  const world = new World({ seed: 1 });
  await scenario(world);
  await world.run();
  return String(world.hash);
}
globalThis.netloomExperiment = experiment;
`;

async function bundle(platform: Platform, outfile: string): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents: EXPERIMENT, resolveDir: ROOT, sourcefile: "experiment.ts", loader: "ts" },
    bundle: true,
    format: "esm",
    platform,
    target: "es2023",
    write: platform === "node",
    outfile,
    logLevel: "error",
  });
  return outputFiles?.[0]?.text ?? "";
}

async function serve(script: string): Promise<Server> {
  const page =
    '<!doctype html><meta charset="utf-8"><title>netloom</title><script type="module" src="/script.js"></script>';
  const server = createServer((request, response) => {
    const isScript = request.url === "/script.js";
    response.setHeader("content-type", isScript ? "text/javascript" : "text/html");
    response.end(isScript ? script : page);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return server;
}

async function hashInBrowser(port: number): Promise<{ hash: string; version: string }> {
  const profile = mkdtempSync(join(tmpdir(), "netloom-browser-"));
  const options = { executablePath: CHROMIUM, args: ARGUMENTS, timeout: LIMIT_MS };
  const context = await chromium.launchPersistentContext(profile, options);
  try {
    const page = await context.newPage();
    const errors: string[] = [];
    page.on("pageerror", (error) => errors.push(String(error)));
    page.on("console", (message) => console.log(`  page: ${message.text()}`));
    page.setDefaultTimeout(LIMIT_MS);
    await page.goto(`http://127.0.0.1:${port}/`);
    if (errors.length > 0) throw new Error(`the page failed: ${errors.join("\n")}`);
    const hash: string = await page.evaluate("netloomExperiment()");
    return { hash, version: context.browser()?.version() ?? (await page.evaluate("navigator.userAgent")) };
  } finally {
    await context.close();
    rmSync(profile, { recursive: true, force: true });
  }
}

async function hashInNode(): Promise<string> {
  const file = `${ROOT}dist/.cache/experiment.mjs`;
  await bundle("node", file);
  const module: { experiment(): Promise<string> } = await import(pathToFileURL(file).href);
  return await module.experiment();
}

async function main(): Promise<void> {
  if (!existsSync(CHROMIUM)) {
    console.log(
      `test:browser skipped: no Chromium at ${CHROMIUM} (Debian's package is called chromium; CHROMIUM names another path).`,
    );
    return;
  }
  const server = await serve(await bundle("browser", "script.js"));
  try {
    const inBrowser = await hashInBrowser((server.address() as AddressInfo).port);
    const inNode = await hashInNode();
    console.log(`Chromium ${inBrowser.version}: ${inBrowser.hash}\nNode ${process.version}: ${inNode}`);
    if (inBrowser.hash === inNode && inNode !== "undefined") return;
    console.error("The shipped scenario runs differently in the browser: compare the traces of the two.");
    process.exitCode = 1;
  } finally {
    server.close();
  }
}

await main();
