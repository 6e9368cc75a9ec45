import { assertRejects } from "@std/assert";
import { checkReportFiles, UsageError } from "../../../lib/cli.ts";

Deno.test("checkReportFiles() refuses a report whose folder is not there, before anything runs", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await checkReportFiles(undefined, `${folder}/report.html`, "report.xml");
    for (const file of [`${folder}/none/report.html`, "deno.json/report.html"]) {
      await assertRejects(() => checkReportFiles(undefined, file), UsageError, file);
    }
  } finally {
    await Deno.remove(folder);
  }
});
