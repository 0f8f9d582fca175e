/** Sequence numbers that pass 2³² and 2³¹ in the middle of a connection. */
import { describe, expect, test } from "vitest";
import { listening } from "./dialogue.fixture.ts";
import { ack, data, syn, synAck } from "./script.fixture.ts";

describe.each([
  ["2³²", 0xffff_fff0],
  ["2³¹", 0x7fff_fff0],
])("H39: the peer's numbers pass %s", (_where, irs) => {
  const at = (bytes: number): number => (irs + 1 + bytes) >>> 0;
  const accepted = () =>
    listening()
      .receives(syn({ seq: irs }))
      .sends(synAck({ seq: 1000, ack: at(0) }))
      .receives(ack({ seq: at(0), ack: 1001 }))
      .accept();

  test("data across it, in order and out of order", () => {
    const t = accepted();
    t.receives(data({ seq: at(0), ack: 1001, len: 40 })).sends(ack({ seq: 1001, ack: at(40) }));
    t.receives(data({ seq: at(60), ack: 1001, data: "later" })).sends(ack({ ack: at(40) }));
    t.receives(data({ seq: at(40), ack: 1001, len: 20 })).sends(ack({ ack: at(65) }));
    expect(t.read()).toHaveLength(65);
  });

  test("what is old is old: a segment that came before", () => {
    const t = accepted();
    t.receives(data({ seq: at(0), ack: 1001, len: 40 })).sends(ack({ ack: at(40) }));
    t.receives(data({ seq: at(0), ack: 1001, len: 40 })).sends(ack({ ack: at(40) }));
    expect(t.read()).toHaveLength(40);
  });
});
