/**
 * What a job of AliEn finds in its environment and among its arguments, as the shell text that agents
 * take.
 *
 * @module
 */
import type { AlienJob } from "./job_jdl.ts";

/** Quotes a word for the shell. */
function quote(word: string): string {
  return /^[\w./+:=,@%-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/** Arguments as one text: each word of the JDL is one word for the program, whatever is in it. */
export function argumentText(job: AlienJob): string {
  return job.arguments.flatMap((text) => text.split(/\s+/)).filter((word) => word !== "")
    .map(quote).join(" ");
}

/**
 * Variables as one text: those of `alien.site.JobWrapper.loadJDLEnvironmentVariables` and the original's
 * (`AliEn::Service::JobAgent::Adapter`), which writes ` NAME='value' …` and so sets them for the shell
 * alone; exported they reach the job.
 *
 * @param id The job.
 * @param user Its owner.
 * @param job Its JDL.
 */
export function environmentText(id: string, user: string, job: AlienJob): string {
  const variables: Record<string, string> = {
    ALIEN_PROC_ID: id,
    ALIEN_USER: user,
    ...(job.packages.length === 0 ? {} : { ALIEN_PACKAGES: job.packages.join(" ") }),
  };
  for (const [name, value] of Object.entries(job.variables)) {
    if (/^[A-Z0-9_]{1,200}$/.test(name)) variables[`ALIEN_JDL_${name}`] = value;
  }
  const settings = Object.entries(variables).map(([name, value]) => {
    return ` ${name}='${value.replaceAll("'", `'\\''`)}'`;
  });
  return `export${settings.join("")}`;
}
