/** AliEn behaves as any grid does, however it is reached. */
import { assertEquals } from "@std/assert";
import { gridAdapterContract } from "../../../contract/grid_adapter.ts";
import { memoryBench, socketBench } from "./_alien_bench.ts";

gridAdapterContract("AliEn in memory", memoryBench);
gridAdapterContract("AliEn over sockets", () => socketBench({ speaksHttp: true }));
gridAdapterContract("AliEn with storage by commands", () => socketBench({ speaksHttp: false }));

Deno.test("AliEn's storage that wants to know the length of an upload is reached by a command", async () => {
  await using bench = await socketBench({ speaksHttp: true, needsLength: true });
  await using adapter = bench.connect();
  const { folder } = bench;
  const id = bench.addJob();
  const directoryOf = async () => {
    await folder.makeDirectory("input");
    return "input";
  };
  const job = await adapter.take(bench.host, { folder, directoryOf }, "one");
  await folder.writeText("input/stdout", "4\n");
  await folder.pack("input", "archive.tgz");
  await adapter.store(job ?? { id, state: {} }, {
    folder,
    archive: "archive.tgz",
    outcome: "succeeded",
  });
  assertEquals(bench.registrationsOf(id), 1);
});
