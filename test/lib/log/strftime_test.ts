import { assertEquals, assertMatch } from "@std/assert";
import { localtime, strftime } from "../../../lib/log/strftime.ts";

const date = new Date(2011, 2, 5, 16, 8, 57);

Deno.test("localtime() writes dates as Perl does", () => {
  assertEquals(localtime(date), "Sat Mar  5 16:08:57 2011");
});

Deno.test("strftime() knows the common conversions", () => {
  assertEquals(strftime("%A %B %d %e %j %y", date), "Saturday March 05  5 064 11");
  assertEquals(strftime("%F %T %R %D", date), "2011-03-05 16:08:57 16:08 03/05/11");
  assertEquals(strftime("%I %p %%", date), "04 PM %");
  assertEquals(strftime("%I %p", new Date(2011, 0, 1, 0)), "12 AM");
  assertEquals(strftime("%s", date), String(date.getTime() / 1000));
  assertEquals(strftime("%c", date), localtime(date));
  assertMatch(strftime("%z", date), /^[+-]\d{4}$/);
});

Deno.test("strftime() leaves unknown conversions and gives no line ends", () => {
  assertEquals(strftime("%Q %constructor %n %", date), "%Q Sat Mar  5 16:08:57 2011onstructor   %");
});
