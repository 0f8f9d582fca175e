/** The libraries that are tried between two hosts. None of them knows of netloom. */
import "netloom/register";
import { coap } from "./coap.ts";
import { dns2 } from "./dns2.ts";
import { grpcJs } from "./grpc.ts";
import { http } from "./http.ts";
import type { Library } from "./library.ts";
import { mail } from "./mail.ts";
import { mqtt } from "./mqtt.ts";
import { postgres } from "./postgres.ts";
import { redis } from "./redis.ts";
import { ssh } from "./ssh.ts";
import { webSockets } from "./web-sockets.ts";

export const libraries: readonly Library[] = [
  ...http,
  ...webSockets,
  redis,
  postgres,
  mqtt,
  mail,
  ssh,
  grpcJs,
  coap,
  dns2,
];
