/** SO_MAX_PACING_RATE, and the timer that paces. */
import { expect, test } from "vitest";
import { SO_MAX_PACING_RATE, SOL_SOCKET } from "../../abi/socket.ts";
import { data, established } from "./dialogue.fixture.ts";

test("a connection with SO_MAX_PACING_RATE sends its segments one by one", () => {
  const t = established();
  const { requests } = t.socket;
  expect(requests.getsockopt?.(SOL_SOCKET, SO_MAX_PACING_RATE)).toBe(0xffff_ffff);
  requests.setsockopt?.({ uid: 0 } as never, SOL_SOCKET, SO_MAX_PACING_RATE, 100_000);
  t.send(3000).sends(data({ seq: 1001, len: 1000 }));
  t.at(9)
    .silent()
    .at(10)
    .sends(data({ seq: 2001, len: 1000 }));
  t.at(20).sends(data({ seq: 3001, len: 1000 }));
});
