import { assertEquals } from "@std/assert";
import { didOf, PATH_RULES } from "../../../../lib/grid/rucio/names.ts";

Deno.test("didOf() finds scopes as Rucio does", () => {
  const cases: [string, string, string][] = [
    ["user.alice.run1", "user.alice", "user.alice.run1"],
    ["group.phys.run1/", "group.phys", "group.phys.run1"],
    ["mc23_13p6TeV.601.evgen", "mc23_13p6TeV", "mc23_13p6TeV.601.evgen"],
    ["user.alice:run1", "user.alice", "run1"],
    ["run1", "run1", "run1"],
  ];
  for (const [text, scope, name] of cases) assertEquals(didOf(text), { scope, name });
});

Deno.test("PATH_RULES make the paths of Rucio", () => {
  // `printf mc23:a.root | md5sum` begins with 5936.
  const did = { scope: "user.jdoe", name: "user.jdoe.file.1" };
  assertEquals(PATH_RULES["identity"]?.(did), "user/jdoe/user.jdoe.file.1");
  assertEquals(
    PATH_RULES["hash"]?.({ scope: "mc23", name: "a.root" }),
    "mc23/59/36/a.root",
  );
});
