/**
 * Requests about the caller: whoami, and `debug`, which only a superuser may call.
 *
 * @module
 */

import { denied, invalid } from "../failure.ts";
import { bytesOfLatin1 } from "../small_file.ts";
import { answerBytes, DONE, request, type RequestTable } from "./request.ts";

/** Requests about the caller. */
export const identityRequests: RequestTable = {
  whoami: request(["number"], (session, mostBytes) => {
    if (mostBytes < 0) throw invalid(`length ${mostBytes}`);
    answerBytes(session, bytesOfLatin1(session.caller.identity.slice(0, mostBytes)));
  }),

  // There are no debugging flags to set; the request is known for its answer to everybody else.
  debug: request(["word"], (session) => {
    if (session.caller.identity !== session.server.policy.superuser) throw denied("debug");
    return DONE;
  }),
};
