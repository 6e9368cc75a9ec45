/**
 * The table of all requests, and the way from a line to its answer.
 *
 * @module
 */

import { ConnectionLost } from "./byte_stream.ts";
import { codeOf, invalid } from "./failure.ts";
import { accessListRequests } from "./requests/access_lists.ts";
import { attributeRequests } from "./requests/attributes.ts";
import { directoryRequests } from "./requests/directories.ts";
import { identityRequests } from "./requests/identity.ts";
import { metadataRequests } from "./requests/metadata.ts";
import { openFileRequests } from "./requests/open_files.ts";
import type { Request } from "./requests/request.ts";
import { stridedRequests } from "./requests/strided.ts";
import { surveyRequests } from "./requests/surveys.ts";
import { thirdPartyRequests } from "./requests/third_party.ts";
import { ticketRequests } from "./requests/tickets.ts";
import { wholeFileRequests } from "./requests/whole_files.ts";
import type { Session } from "./session.ts";

const REQUESTS: ReadonlyMap<string, Request> = new Map(
  [
    wholeFileRequests,
    openFileRequests,
    stridedRequests,
    metadataRequests,
    directoryRequests,
    accessListRequests,
    attributeRequests,
    surveyRequests,
    ticketRequests,
    thirdPartyRequests,
    identityRequests,
  ].flatMap((family) => Object.entries(family)),
);

/**
 * Carries out one request and puts its answer into the session's output.
 *
 * @param session The connection.
 * @param line The request, one character a byte, not empty.
 * @throws {ConnectionLost} The connection cannot go on.
 */
export async function dispatch(session: Session, line: string): Promise<void> {
  const { writer } = session;
  session.answerStart = writer.totalBytes;
  try {
    const [name = "", ...words] = line.split(/[ \t]+/);
    const request = REQUESTS.get(name);
    if (request === undefined) throw invalid(`request ${name}`);
    const answer = await request(session, words);
    if (typeof answer === "number") writer.line(answer);
  } catch (error) {
    if (error instanceof ConnectionLost) throw error;
    if (writer.totalBytes > session.answerStart) {
      throw new ConnectionLost("Failed in the middle of an answer", { cause: error });
    }
    writer.line(codeOf(error));
  }
}
