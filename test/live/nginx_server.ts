/**
 * Debian's nginx on loopback, in front of a service: it asks clients for certificates, as the web servers of grids
 * do, and tells the service whose one was shown.
 *
 * @module
 */
import { hasProgram } from "../../tools/demo/programs.ts";
import { eventually } from "../_eventually.ts";
import { freePort } from "../_free_port.ts";
import { canConnect } from "./_can_connect.ts";

/** The header in which it tells the subject. */
export const SUBJECT_HEADER = "x-client-subject";

/** Options of {@linkcode startNginx}. */
export interface NginxOptions {
  /** Address of the service, `http://127.0.0.1:PORT`. */
  readonly service: string;
  /** Certificate and key of the server, and the authority of clients' certificates: files in PEM. */
  readonly certFile: string;
  readonly keyFile: string;
  readonly authorityFile: string;
}

/** Whether it is installed. */
export const hasNginx = await hasProgram("nginx");

/** Starts it; disposing of it ends it and removes its files. */
export async function startNginx(
  { service, certFile, keyFile, authorityFile }: NginxOptions,
): Promise<AsyncDisposable & { readonly url: string }> {
  const folder = await Deno.makeTempDir({ prefix: "copilot_nginx_" });
  const port = freePort();
  const places = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
    .map((name) => `${name}_temp_path ${folder}/${name};`);
  await Deno.writeTextFile(
    `${folder}/nginx.conf`,
    `daemon off;
master_process off;
pid ${folder}/pid;
error_log stderr crit;
events {}
http {
  access_log off;
  ${places.join("\n  ")}
  server {
    listen 127.0.0.1:${port} ssl;
    ssl_certificate ${certFile};
    ssl_certificate_key ${keyFile};
    ssl_client_certificate ${authorityFile};
    ssl_verify_client optional;
    location / {
      proxy_pass ${service};
      proxy_set_header ${SUBJECT_HEADER} $ssl_client_s_dn;
    }
  }
}
`,
  );
  const child = new Deno.Command("nginx", {
    args: ["-p", folder, "-c", `${folder}/nginx.conf`, "-e", "stderr"],
    stdin: "null",
    stdout: "null",
    stderr: "inherit",
  }).spawn();
  await eventually("nginx", () => canConnect(port));
  return {
    url: `https://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      child.kill("SIGTERM");
      await child.status;
      await Deno.remove(folder, { recursive: true });
    },
  };
}
