import { assertEquals, assertThrows } from "@std/assert";
import { ConfigError } from "../../../lib/config/config_error.ts";
import {
  chatRoomAddress,
  chatRoomVariables,
  loggingVariables,
  xmppAccount,
  xmppAccountVariables,
} from "../../../lib/config/shared_variables.ts";
import { parseValue } from "../../../lib/config/values.ts";

const account = {
  jabberServer: "xmpp.cern.ch",
  jabberPort: 5222,
  jabberTls: "auto",
  jabberCaFile: undefined,
  jabberDomain: undefined,
  jabberId: "agent",
  jabberPassword: "secret",
  jabberResource: undefined,
} as const;

const jidOf = (changes: Partial<Record<keyof typeof account, string>>) =>
  xmppAccount("copilot-agent", "AGENT", { ...account, ...changes } as typeof account).jid.full;

Deno.test("xmppAccountVariables() puts the prefix before each name", () => {
  const names = Object.values(xmppAccountVariables("MON")).map(({ name }) => name);
  assertEquals(names.every((name) => name.startsWith("MON_JABBER_")), true);
});

Deno.test("shared variables have examples that pass their own checks", () => {
  const groups = [xmppAccountVariables("JM"), chatRoomVariables, loggingVariables("JM")];
  for (const variable of groups.flatMap((group) => Object.values(group))) {
    parseValue(variable, variable.example);
  }
});

Deno.test("xmppAccount() takes the domain from the variable, the JID or the server", () => {
  assertEquals(jidOf({}), "agent@xmpp.cern.ch");
  assertEquals(jidOf({ jabberId: "agent@site.org" }), "agent@site.org");
  assertEquals(jidOf({ jabberId: "agent@site.org", jabberDomain: "b.org" }), "agent@b.org");
  assertEquals(jidOf({ jabberResource: "alpha" }), "agent@xmpp.cern.ch/alpha");
});

Deno.test("xmppAccount() refuses a name that makes no JID", () => {
  assertThrows(() => jidOf({ jabberId: "a:b" }), ConfigError, "makes no Jabber identifier");
  assertThrows(() => jidOf({ jabberId: "@b" }), ConfigError, "AGENT_JABBER_ID");
});

Deno.test("chatRoomAddress() wants both variables or none", () => {
  const address = (chatServer?: string, chatRoom?: string) =>
    chatRoomAddress("copilot-agent", { chatServer, chatRoom });
  assertEquals(address(), undefined);
  assertEquals(address("conference.a.org", "lounge")?.bare, "lounge@conference.a.org");
  assertThrows(() => address("a.org"), ConfigError, "HB_CHAT_ROOM is not set");
  assertThrows(() => address(undefined, "lounge"), ConfigError, "HB_CHAT_SERVER is not set");
  assertThrows(() => address("a.org/b", "lounge"), ConfigError, "makes no address");
});
