/**
 * Certificates for tests, made by openssl.
 *
 * @module
 */
import { fromFileUrl } from "@std/path";
import { hasProgram } from "../../tools/demo/programs.ts";

/** Whether openssl is installed. */
export const hasOpenssl = await hasProgram("openssl");

/** Files of a certificate that signs itself. */
export interface TestCertificate {
  readonly certFile: string;
  readonly keyFile: string;
}

/** The certificate of the fixtures: it names the domain of the servers, and this machine. */
export const FIXTURE_CERTIFICATE: TestCertificate = {
  certFile: fromFileUrl(new URL("../../fixtures/tls/copilot_test.crt", import.meta.url)),
  keyFile: fromFileUrl(new URL("../../fixtures/tls/copilot_test.key", import.meta.url)),
};

/**
 * Makes a certificate for this machine's loopback address.
 *
 * @param folder Where it goes, as `NAMEcert.pem` and `NAMEkey.pem`.
 * @param name First part of the files' names, and whom it names.
 */
export async function makeCertificate(folder: string, name: string): Promise<TestCertificate> {
  const [certFile, keyFile] = [`${folder}/${name}cert.pem`, `${folder}/${name}key.pem`];
  const { success } = await new Deno.Command("openssl", {
    args: [
      ...["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"],
      ...["-keyout", keyFile, "-out", certFile, "-subj", `/C=ch/O=AliEn/CN=${name}`],
      ...["-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"],
      ...["-addext", "basicConstraints=critical,CA:FALSE"],
    ],
    stdout: "null",
    stderr: "null",
  }).output();
  if (!success) throw new Error(`Cannot make a certificate for ${name}`);
  await Deno.chmod(keyFile, 0o400);
  return { certFile, keyFile };
}
