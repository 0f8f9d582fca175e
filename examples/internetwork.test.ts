/** The example prints what it says it does. */
import { World } from "netloom";
import { expect, test } from "vitest";
import internetwork from "./internetwork.ts";

test("the table of zonker, the message as it is wrapped on each link, and the gateways on its way", async () => {
  const printed: string[] = [];
  const world = new World({
    console: ({ host, text }) =>
      printed.push(
        ...text
          .trimEnd()
          .split("\n")
          .map((line) => `${host}| ${line}`),
      ),
  });
  await internetwork(world);
  expect(world.result().crashes).toEqual([]);
  expect(printed.map((line) => line.replace(/ [\d.]+ ms$/, ""))).toEqual([
    "zonker| Destination     Gateway       Interface",
    "zonker| 129.97.74.*     -             eth0",
    "zonker| 172.16.162.*    -             eth1",
    "zonker| 192.168.148.*   -             eth2",
    "zonker| default         129.97.74.1   eth0",
    'server| "application message" from 172.16.162.2',
    "doonesbury| application:  [ application message ]",
    "doonesbury| transport:  [ UDP header [ application message ] ]",
    "doonesbury| network:  [ IPv4 header [ UDP header [ application message ] ] ]",
    ...[
      "doonesbury eth0:  [ Ethernet",
      "zonker eth0:  [ Ethernet",
      "gateway ppp0:  [ PPP",
      "provider eth0:  [ Ethernet",
    ].flatMap((start) => [
      `doonesbury| ${start} header [ IPv4 header [ UDP header [ application message ] ] ] ]`,
      expect.stringMatching(/^doonesbury\| {5}IP 172\.16\.162\.2\.\d+ > 198\.51\.100\.99\.4000: UDP, length 19$/),
    ]),
    "doonesbury| traceroute to 198.51.100.99 (198.51.100.99), 30 hops max, 60 byte packets",
    "doonesbury|  1  172.16.162.1 ",
    "doonesbury|  2  129.97.74.1 ",
    "doonesbury|  3  192.0.2.2 ",
    "doonesbury|  4  198.51.100.99 ",
  ]);
});
