import { assertEquals, assertThrows } from "@std/assert";
import { UsageError } from "../../../lib/cli.ts";
import { everybody, parseTargets } from "../../../tools/heartbeat/targets.ts";

const ROOM = "pilots-lounge@conference.xmpp.cern.ch";

Deno.test("parseTargets() takes the three kinds of the report's listing 4.22", () => {
  const words = ["jmgeneric@xmpp.cern.ch/alpha", `${ROOM}/e48b-42d9`, "25af-ecf4"];
  assertEquals(parseTargets(words, ROOM), [
    { address: "jmgeneric@xmpp.cern.ch/alpha", nick: undefined, label: "alpha" },
    { address: `${ROOM}/e48b-42d9`, nick: "e48b-42d9", label: "e48b-42d9" },
    { address: `${ROOM}/25af-ecf4`, nick: "25af-ecf4", label: "25af-ecf4" },
  ]);
});

Deno.test("parseTargets() takes everybody where nobody is named, or the room is", () => {
  assertEquals(parseTargets([], ROOM), "room");
  assertEquals(parseTargets(["alpha", ROOM.toUpperCase()], ROOM), "room");
});

Deno.test("parseTargets() takes each target once, however it is written", () => {
  const targets = parseTargets(["alpha", `${ROOM}/alpha`, "A@b.c/x", "a@B.C/x"], ROOM);
  assertEquals(targets === "room" || targets.map(({ address }) => address), [
    `${ROOM}/alpha`,
    "a@b.c/x",
  ]);
});

Deno.test("parseTargets() needs no room for JIDs, and says so where it needs one", () => {
  assertEquals(parseTargets(["a@b.c/x"], undefined), [
    { address: "a@b.c/x", nick: undefined, label: "x" },
  ]);
  assertEquals(parseTargets(["a@b.c"], undefined), [
    { address: "a@b.c", nick: undefined, label: "a@b.c" },
  ]);
  assertThrows(() => parseTargets([], undefined), UsageError, "No room to ask");
  assertThrows(() => parseTargets(["alpha"], undefined), UsageError, "Cannot ask alpha");
});

Deno.test("parseTargets() refuses what is neither nick nor JID", () => {
  for (const word of ["@", "a@", "a@b/", "", "a\nb"]) {
    assertThrows(() => parseTargets([word], ROOM), UsageError, "Cannot ask");
  }
});

Deno.test("everybody() names the occupants", () => {
  assertEquals(everybody(ROOM, [{ nick: "a b/c@d", jid: undefined }]), [
    { address: `${ROOM}/a b/c@d`, nick: "a b/c@d", label: "a b/c@d" },
  ]);
});
