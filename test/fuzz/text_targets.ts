/**
 * Texts of file servers, configuration and traces.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { type Acl, formatAcl, parseAcl, rightsOf } from "../../lib/chirp/acl.ts";
import {
  decodePathWord,
  encodePath,
  foldPath,
  formatStat,
  parseStat,
} from "../../lib/chirp/wire.ts";
import { parseConfigText } from "../../lib/config/config_text.ts";
import { parseDispatchConfig } from "../../lib/log/dispatch_config.ts";
import { DispatchSyntaxError } from "../../lib/log/dispatch_text.ts";
import { formatTraceLine, parseTraceLine, TraceFormatError } from "../../lib/trace/format.ts";
import { configTexts, dispatchTexts, traceLines } from "./corpus.ts";
import type { Target } from "./target.ts";

const ACLS = [
  "hostname:* p\naddress:* p\n",
  "unix:root rwldaxv(rwlda)\nhostname:*.example.org rlv(rwld)\naddress:127.0.0.1 rwlda\n",
];
const NODE = "hostname:node7.example.org";

/** The targets. */
export const textTargets: readonly Target[] = [
  {
    name: "path-word",
    corpus: ["/jobs/1cd8/data.txt", "/a%20b/%C3%A4.%FFtgz", "/./a/../b//c/"],
    refusals: [SyntaxError],
    run(text) {
      const path = decodePathWord(text);
      assertEquals(decodePathWord(encodePath(path)), path);
      assertEquals(foldPath(foldPath(path)), foldPath(path));
      return path;
    },
  },
  {
    name: "path",
    corpus: ["/jobs/1cd8/data.txt", "/ä ö/😀", "../%41\\'\"", "\udc80\udcff"],
    refusals: [SyntaxError],
    run: (text) => encodePath(text),
  },
  {
    name: "acl",
    corpus: ACLS,
    refusals: [],
    run(text) {
      const acl = parseAcl(text);
      // Letters in brackets without a `v` before them mean nothing and are not written.
      const ownRights = (list: Acl) => rightsOf(list, NODE) & 0xff;
      assertEquals(ownRights(parseAcl(formatAcl(acl))), ownRights(acl));
      return acl;
    },
  },
  {
    name: "stat",
    corpus: ["2049 1311 33188 1 0 0 0 12 4096 8 1795343304 1795343304 1795343304"],
    refusals: [SyntaxError],
    run(text) {
      const stat = parseStat(text);
      assertEquals(parseStat(formatStat(stat)), stat);
      return formatStat(stat);
    },
  },
  {
    name: "config",
    corpus: configTexts,
    refusals: [],
    run: (text) => parseConfigText(text, "copilot.conf"),
  },
  {
    name: "log-config",
    corpus: dispatchTexts,
    refusals: [DispatchSyntaxError],
    run(text) {
      const { dispatchers, warnings } = parseDispatchConfig(text);
      const lines = dispatchers.map(({ format }) =>
        format({ timeMs: 0, level: "info", message: "started", fields: {} })
      );
      return [dispatchers, warnings, lines];
    },
  },
  {
    name: "trace-line",
    corpus: traceLines,
    refusals: [TraceFormatError],
    // The name of an unknown member is told in full: to the user of a tool, whose file it is.
    longestMessage: 1 << 20,
    run(text) {
      const { line: _line, ...read } = parseTraceLine(text, 1);
      const { line: _again, ...written } = parseTraceLine(formatTraceLine(read), 1);
      assertEquals(written, read);
      return read;
    },
  },
];
