import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { parseAgentName } from "../../../lib/protocol/agent_name.ts";

const UUID = "18225d4f-e3f7-4c18-9a18-d6c06992d272";

Deno.test("parseAgentName() reads the name of a volunteer's agent", () => {
  assertEquals(parseAgentName(`agent_s-10829_1_7_${UUID}_-g`), {
    component: "agent",
    id: "s-10829",
    cpus: "1",
    rev: "7",
    uuid: UUID,
    ukn: "-g",
  });
});

Deno.test("parseAgentName() completes an id that ends in a dash by the UUID", () => {
  assertEquals(parseAgentName(`agent_s-_1_7_${UUID}_-g`)?.id, `s-${UUID}`);
});

Deno.test("parseAgentName() knows no other name", () => {
  for (
    const name of ["", "agent", "jobmanager", "agent_1_2_3_4", "agent_1_2_3_4_5_6", "jm_1_2_3_4_5"]
  ) {
    assertEquals(parseAgentName(name), undefined, name);
  }
  fc.assert(fc.property(fc.string(), (text) => {
    parseAgentName(text);
  }));
});
