/** Keepalive: RFC 9293 §3.8.4. */
import { describe, expect, test } from "vitest";
import type { Socket } from "../../socket/socket.ts";
import { ack, established, rst } from "./dialogue.fixture.ts";

describe("keepalive", () => {
  const keeping = {
    before: (socket: Socket) => {
      socket.options = { ...socket.options, keepAlive: true };
    },
    sysctl: { keepalive_time: 100, keepalive_intvl: 10, keepalive_probes: 3 },
  };

  // @rfc 9293 3.8.4 MAY-5, MUST-24, MUST-26, MUST-27, SHLD-12
  test("H7: probes have SND.NXT-1 and no data; a peer that answers lives", () => {
    const t = established(keeping).at(99_999).silent();
    t.at(100_000).sends(ack({ seq: 1000, ack: 2001, len: 0 }));
    t.receives(ack({ seq: 2001, ack: 1001 })).silent();
    t.at(199_999)
      .silent()
      .at(200_000)
      .sends(ack({ seq: 1000, ack: 2001 }));
  });

  // @rfc 9293 3.8.4 MUST-29
  test("one that does not is reset: ETIMEDOUT", () => {
    const t = established(keeping).at(130_000);
    t.sends(ack({ seq: 1000 }), ack({ seq: 1000 }), ack({ seq: 1000 }), rst({ seq: 1001, ack: 2001 }));
    expect(t.error).toBe("ETIMEDOUT");
  });

  test("H7: the peer's probe is answered", () => {
    established()
      .at(1000)
      .receives(ack({ seq: 2000, ack: 1001 }))
      .sends(ack({ seq: 1001, ack: 2001 }));
  });
});
