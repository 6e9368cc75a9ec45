import { LINK_USERS, linkContract } from "../../contract/link.ts";
import { Broker } from "../../../sim/xmpp/broker.ts";
import { memoryLink } from "../../../sim/xmpp/memory_link.ts";

for (const xml of [false, true]) {
  linkContract(`memoryLink() ${xml ? "with XML" : "without XML"}`, () => {
    const accounts = new Map(LINK_USERS.map((user) => [user, `${user}-password`]));
    const broker = new Broker({ domain: "copilot.test", accounts });
    return Promise.resolve({
      domain: broker.settings.domain,
      mucDomain: broker.settings.mucDomain,
      openLink: (user, resource) =>
        memoryLink(broker, { user, resource, xml, backoff: { firstMs: 1 } }),
      restartServer() {
        broker.kill();
        return Promise.resolve();
      },
      [Symbol.asyncDispose]() {
        broker.stop();
        return Promise.resolve();
      },
    });
  });
}
