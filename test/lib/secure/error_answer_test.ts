import { assertEquals } from "@std/assert";
import { errorAnswer } from "../../../lib/secure/error_answer.ts";
import { SecurityError } from "../../../lib/secure/security_error.ts";

Deno.test("errorAnswer() speaks the original's words", () => {
  const said = (error: SecurityError) => {
    const { info, encrypted } = errorAnswer(error);
    return [info.attributes["command"], info.attributes["errorString"], encrypted];
  };
  assertEquals(said(new SecurityError("bad-session-key")), [
    "security_error",
    "Could not decrypt the session key",
    false,
  ]);
  assertEquals(said(new SecurityError("bad-message")), [
    "security_error",
    "Could not decrypt the message",
    false,
  ]);
  assertEquals(said(new SecurityError("bad-ticket")), [
    "error",
    "Failed to verify ticket signature",
    true,
  ]);
  assertEquals(
    said(new SecurityError("ticket-expired", " (now is 2 and the ticket is valid to 1)")),
    [
      "error",
      "The ticket has expired (now is 2 and the ticket is valid to 1)",
      true,
    ],
  );
});
