/** @grpc/grpc-js without .proto files: a unary call, and a stream in both directions. */
import * as grpc from "@grpc/grpc-js";
import { type Client, type Library, PORT, type Tell } from "./library.ts";

const text = {
  requestSerialize: (value: string) => Buffer.from(value),
  requestDeserialize: (bytes: Buffer) => String(bytes),
  responseSerialize: (value: string) => Buffer.from(value),
  responseDeserialize: (bytes: Buffer) => String(bytes),
};

const SERVICE = {
  upper: { path: "/words/upper", requestStream: false, responseStream: false, ...text },
  letters: { path: "/words/letters", requestStream: true, responseStream: true, ...text },
} satisfies grpc.ServiceDefinition;

const serve = async (): Promise<void> => {
  const server = new grpc.Server();
  server.addService(SERVICE, {
    upper: (call: grpc.ServerUnaryCall<string, string>, done: grpc.sendUnaryData<string>) =>
      done(null, call.request.toUpperCase()),
    letters: (call: grpc.ServerDuplexStream<string, string>) => {
      call.on("data", (letter: string) => call.write(letter.toUpperCase()));
      call.on("end", () => call.end());
      call.on("error", () => {});
    },
  });
  await new Promise((resolve) => server.bindAsync(`0.0.0.0:${PORT}`, grpc.ServerCredentials.createInsecure(), resolve));
};

/** What is unavailable is tried again. */
const CONFIG = {
  methodConfig: [
    {
      name: [{}],
      retryPolicy: {
        maxAttempts: 5,
        initialBackoff: "5s",
        maxBackoff: "5s",
        backoffMultiplier: 1,
        retryableStatusCodes: ["UNAVAILABLE"],
      },
    },
  ],
};

/** Its keepalive notices the partition. */
const open = (tell: Tell): Client => {
  const client = new grpc.Client(`b:${PORT}`, grpc.credentials.createInsecure(), {
    "grpc.keepalive_time_ms": 10_000,
    "grpc.keepalive_timeout_ms": 5000,
    "grpc.initial_reconnect_backoff_ms": 1000,
    "grpc.max_reconnect_backoff_ms": 5000,
    "grpc.service_config": JSON.stringify(CONFIG),
  });
  const channel = client.getChannel();
  const watch = (state: grpc.connectivityState): void =>
    channel.watchConnectivityState(state, Number.POSITIVE_INFINITY, () => {
      const now = channel.getConnectivityState(false);
      tell(grpc.connectivityState[now] as string);
      if (now !== grpc.connectivityState.SHUTDOWN) watch(now);
    });
  watch(channel.getConnectivityState(false));
  const { upper, letters } = SERVICE;
  const unary = (word: string): Promise<string> =>
    new Promise((resolve, reject) =>
      client.makeUnaryRequest<string, string>(
        upper.path,
        upper.requestSerialize,
        upper.responseDeserialize,
        word,
        (error, answer) => (error ? reject(error) : resolve(answer ?? "")),
      ),
    );
  const stream = async (word: string): Promise<string> => {
    const call = client.makeBidiStreamRequest<string, string>(
      letters.path,
      letters.requestSerialize,
      letters.responseDeserialize,
    );
    for (const letter of word) call.write(letter);
    call.end();
    let answer = "";
    for await (const letter of call) answer += letter;
    return answer;
  };
  return {
    exchange: async (word) => {
      const [first, second] = [await unary(word), await stream(word)];
      return first === second ? first : `${first} but ${second}`;
    },
    close: () => client.close(),
  };
};

export const grpcJs: Library = {
  name: "@grpc/grpc-js",
  serve,
  open,
  partition: ["10 s: IDLE", "14 s: CONNECTING", "52 s: TRANSIENT_FAILURE", "60 s: READY", "62 s: DURING"],
};
