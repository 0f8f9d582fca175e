/** All facets of the parity suite. */
import { dgramSocket, dnsFacet } from "./datagrams.ts";
import { errorsFacet } from "./errors.ts";
import { agentFacet, httpClient, httpServer } from "./http.ts";
import { http2Facet } from "./http2.ts";
import { fetchFacet, httpsFacet } from "./https.ts";
import { netSocket } from "./net.ts";
import { netServer } from "./net-server.ts";
import type { Facet } from "./stage.ts";
import { signalsFacet, timersFacet } from "./timers.ts";
import { tlsFacet } from "./tls.ts";
import { unixPaths } from "./unix.ts";

export const facets: readonly Facet[] = [
  netSocket,
  netServer,
  unixPaths,
  dgramSocket,
  dnsFacet,
  httpClient,
  httpServer,
  agentFacet,
  httpsFacet,
  http2Facet,
  tlsFacet,
  fetchFacet,
  timersFacet,
  signalsFacet,
  errorsFacet,
];
