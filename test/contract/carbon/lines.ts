/** What a Carbon makes of lines. */
import { assertEquals } from "@std/assert";
import { eventually, known, linesOf, pathsFound, send, type Test } from "./scene.ts";

/** Registers the tests. */
export function testLines(test: Test): void {
  testForms(test);
  testBadLines(test);
  testConnections(test);
}

function testForms(test: Test): void {
  test("keeps a value at its second", async (site, prefix) => {
    const second = site.now() - 5;
    await send(site.carbonPort, [`${prefix}.value 1.5 ${second}\n`]);
    assertEquals(await known(site, `${prefix}.value`, 1, second), [[1.5, second]]);
  });

  test("takes blanks of any kind around and between words", async (site, prefix) => {
    const second = site.now() - 5;
    await send(site.carbonPort, [`  ${prefix}.blanks \t -2e3   ${second}\t\r\n`]);
    assertEquals(await known(site, `${prefix}.blanks`, 1, second), [[-2000, second]]);
  });

  test("takes -1 for the present", async (site, prefix) => {
    const before = site.now();
    await send(site.carbonPort, [`${prefix}.present 7 -1\n`]);
    const [[value, second] = [null, 0]] = await known(site, `${prefix}.present`, 1, before);
    assertEquals(value, 7);
    assertEquals(second >= before && second <= site.now(), true);
  });

  test("cuts fractions of a second off", async (site, prefix) => {
    const second = site.now() - 5;
    await send(site.carbonPort, [`${prefix}.fraction 1 ${second}.9\n`]);
    assertEquals(await known(site, `${prefix}.fraction`, 1, second), [[1, second]]);
  });

  test("keeps the last value of a second", async (site, prefix) => {
    const second = site.now() - 5;
    await send(site.carbonPort, [linesOf([[`${prefix}.twice`, 1, second], [
      `${prefix}.twice`,
      2,
      second,
    ]])]);
    const last = () => known(site, `${prefix}.twice`, 1, second);
    assertEquals(await eventually(site, last, ([point]) => point?.[0] === 2), [[2, second]]);
  });

  test("keeps infinity", async (site, prefix) => {
    const second = site.now() - 5;
    await send(site.carbonPort, [
      `${prefix}.endless inf ${second}\n${prefix}.least -inf ${second}\n`,
    ]);
    assertEquals(await known(site, `${prefix}.endless`, 1, second), [[Infinity, second]]);
    assertEquals(await known(site, `${prefix}.least`, 1, second), [[-Infinity, second]]);
  });

  test("keeps names of any alphabet", async (site, prefix) => {
    await send(site.carbonPort, [`${prefix}.grüße 1 ${site.now() - 5}\n`]);
    const names = () => pathsFound(site, `${prefix}.*`);
    const found = await eventually(site, names, (paths) => paths.length > 0);
    assertEquals(found, [`${prefix}.grüße`]);
  });

  test("passes over empty parts within a path", async (site, prefix) => {
    const second = site.now() - 5;
    await send(site.carbonPort, [`${prefix}..gap 1 ${second}\n`]);
    assertEquals(await known(site, `${prefix}.gap`, 1, second), [[1, second]]);
  });
}

function testBadLines(test: Test): void {
  test("passes over lines that are no points, and goes on", async (site, prefix) => {
    const second = site.now() - 5;
    const bad = ["", "   ", "word", `${prefix}.bad1 1`, `${prefix}.bad2 1 ${second} more`];
    bad.push(`${prefix}.bad3 text ${second}`, `${prefix}.bad4 0x10 ${second}`);
    bad.push(`${prefix}.bad5 1 yesterday`, `${prefix}.bad6 nan ${second}`, `${prefix}.bad7 NaN -1`);
    await send(site.carbonPort, [`${bad.join("\n")}\n${prefix}.good 3 ${second}\n`]);
    assertEquals(await known(site, `${prefix}.good`, 1, second), [[3, second]]);
    assertEquals(await pathsFound(site, `${prefix}.*`), [`${prefix}.good`]);
  });

  test("does not keep a last line that was not ended", async (site, prefix) => {
    const second = site.now() - 5;
    await send(site.carbonPort, [`${prefix}.ended 1 ${second}\n${prefix}.broken 1 ${second}`]);
    await known(site, `${prefix}.ended`, 1, second);
    assertEquals(await pathsFound(site, `${prefix}.*`), [`${prefix}.ended`]);
  });

  for (
    const [name, bad] of [
      ["longer than 16 KiB", new TextEncoder().encode("x".repeat(20_000))],
      ["not UTF-8", Uint8Array.of(0x78, 0xff, 0x20, 0x31, 0x20, 0x2d, 0x31)],
    ] as const
  ) {
    test(`ends the connection at a line that is ${name}`, async (site, prefix) => {
      const second = site.now() - 5;
      const [before, after] = [`${prefix}.before 1 ${second}\n`, `\n${prefix}.after 1 ${second}\n`];
      await send(site.carbonPort, [before, bad, after], { end: false });
      assertEquals(await known(site, `${prefix}.before`, 1, second), [[1, second]]);
      assertEquals(await pathsFound(site, `${prefix}.*`), [`${prefix}.before`]);
    });
  }
}

function testConnections(test: Test): void {
  test("joins lines that arrive in pieces", async (site, prefix) => {
    const second = site.now() - 5;
    const pieces = [...`${prefix}.pieces 12 ${second}\n`];
    await send(site.carbonPort, pieces);
    assertEquals(await known(site, `${prefix}.pieces`, 1, second), [[12, second]]);
  });

  // carbon lets fifty wait to be accepted; on a busy machine, more of them would be reset.
  test("takes lines of 40 connections at once", async (site, prefix) => {
    const second = site.now() - 5;
    const senders = Array.from({ length: 40 }, (_, index) => `${prefix}.many.n${index}`);
    await Promise.all(
      senders.map((path, index) => send(site.carbonPort, [linesOf([[path, index, second]])])),
    );
    const look = () => pathsFound(site, `${prefix}.many.*`);
    const found = await eventually(site, look, (paths) => paths.length >= senders.length);
    assertEquals(found, senders.toSorted());
  });
}
