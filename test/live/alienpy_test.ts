/**
 * AliEn's own client, the Python package `alienpy`, against the simulated services: what it asks and
 * understands is the published interface. `COPILOT_TEST_ALIENPY` names its program `alien.py`.
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { CentralServices, startAlienServer } from "../../sim/grid/alien/mod.ts";
import { hasOpenssl, makeCertificate } from "./_test_certificate.ts";

const ALIENPY = Deno.env.get("COPILOT_TEST_ALIENPY");

async function withClient(
  run: (
    alien: (
      ...args: readonly string[]
    ) => Promise<{ code: number; stdout: string; stderr: string }>,
    services: CentralServices,
  ) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "copilot_alienpy_" });
  try {
    const { certFile, keyFile } = await makeCertificate(folder, "token");
    const [cert, key] = await Promise.all(
      [certFile, keyFile].map((file) => Deno.readTextFile(file)),
    );
    const services = new CentralServices();
    await using server = startAlienServer(services, { tls: { cert: cert ?? "", key: key ?? "" } });
    await run(async (...args) => {
      const { code, stdout, stderr } = await new Deno.Command(ALIENPY ?? "", {
        args: [...args],
        clearEnv: true,
        env: {
          PATH: Deno.env.get("PATH") ?? "",
          HOME: folder,
          TMPDIR: folder,
          JALIEN_TOKEN_CERT: certFile,
          JALIEN_TOKEN_KEY: keyFile,
          X509_USER_CERT: certFile,
          X509_USER_KEY: keyFile,
          X509_CERT_FILE: certFile,
          ALIENPY_JCENTRAL: "127.0.0.1",
          ALIENPY_JCENTRAL_PORT: `${server.port}`,
        },
      }).output();
      const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes).trim();
      return { code, stdout: text(stdout), stderr: text(stderr) };
    }, services);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

if (ALIENPY !== undefined && hasOpenssl) {
  Deno.test("alienpy looks into the simulated catalogue and changes it", async () => {
    await withClient(async (alien, services) => {
      const lfn = `${services.home}run.sh`;
      services.addFile(lfn, "#!/bin/sh\necho 4\n");
      assertEquals((await alien("whoami")).stdout, "hartem");
      assertEquals((await alien("pwd")).stdout, services.home);
      assertMatch((await alien("ls", "-l", services.home)).stdout, /run\.sh/);
      assertMatch((await alien("stat", "run.sh")).stdout, /Size: 17\nMD5: [0-9a-f]{32}/);
      assertMatch((await alien("whereis", "run.sh")).stdout, /ALICE::CERN::EOS\s+pfn => root:/);
      assertMatch((await alien("lfn2uri", "run.sh")).stdout, /^'root:.*authz=.*access=read/);
      assertEquals((await alien("mkdir", "-p", "a/b")).code, 0);
      assert(services.catalogue.hasDirectory(`${services.home}a/b`));
      const missing = await alien("stat", "nothing");
      assertEquals([missing.code, missing.stderr], [2, `${services.home}nothing`]);
    });
  });

  Deno.test("alienpy submits to the simulated task queue, follows and kills a job", async () => {
    await withClient(async (alien, services) => {
      services.addFile(`${services.home}job.jdl`, 'Executable = "/alice/run.sh";\n');
      assertEquals((await alien("submit", "job.jdl")).stdout, "Your new job ID is 1001");
      assertMatch((await alien("ps", "-a")).stdout, /^hartem 1001 +WAITING$/);
      assertMatch((await alien("ps", "-jdl", "1001")).stdout, /Executable = "\/alice\/run.sh"/);
      assertEquals((await alien("kill", "1001")).stdout, "Killed: 1001");
      assertMatch((await alien("ps", "-j", "1001")).stdout, /KILLED$/);
      assertEquals(services.queue.job(1001)?.states, ["WAITING", "KILLED"]);
    });
  });
} else {
  const name = "alienpy (COPILOT_TEST_ALIENPY does not name it, or openssl is not installed)";
  Deno.test({ name, ignore: true, fn: () => {} });
}
