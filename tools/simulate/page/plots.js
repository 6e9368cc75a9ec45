/* global uPlot */
/** Draws the plots of a load test's page, and draws them anew when light turns dark or the window changes. */

const data = JSON.parse(document.getElementById("data").textContent);
const HEIGHT = 210;
const MEBIBYTE = 2 ** 20;
/** Distances between marks on an axis of time, in milliseconds: round in the unit that is shown. */
const TIME_STEPS = [
  ...[0.001, 0.01, 0.1, 1, 10, 100, 1000].flatMap((step) => [step, 2 * step, 5 * step]),
  ...[10, 15, 30, 60, 120, 300, 600, 900, 1800].map((seconds) => seconds * 1000),
  ...[1, 2, 3, 6, 12, 24, 48, 96, 240, 480].map((hours) => hours * 3_600_000),
];
/** Marks of an axis on which each is about ten times the one before, in milliseconds. */
const WIDE_TIMES = [
  ...[0.01, 0.1, 1, 10, 100, 1000, 10_000],
  ...[1, 10].map((minutes) => minutes * 60_000),
  ...[1, 10, 100].map((hours) => hours * 3_600_000),
];
/** Distances between marks on an axis of memory: round in its unit. */
const MEMORY_STEPS = Array.from({ length: 20 }, (_, power) => MEBIBYTE * 2 ** power);
/** The longest unit first, so that the first one that fits is the one. */
const TIMES = [[86_400_000, "d"], [3_600_000, "h"], [60_000, "min"], [1000, "s"], [1, "ms"]];

const charts = new Map();
let phase = "lease";

/** A colour of the style sheet, such as `blue`. */
function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

/** Three digits, and no zeros after the point. */
function short(value) {
  return Number(value.toPrecision(3)).toString();
}

function time(milliseconds) {
  if (milliseconds === null || milliseconds === undefined) return "–";
  if (milliseconds === 0) return "0";
  const [size, unit] = TIMES.find(([size]) => milliseconds >= size) ?? [1, "ms"];
  return `${short(milliseconds / size)} ${unit}`;
}

function count(value) {
  if (value === null || value === undefined) return "–";
  if (Math.abs(value) >= 1e6) return `${short(value / 1e6)} M`;
  if (Math.abs(value) >= 1e4) return `${short(value / 1e3)} k`;
  return Number.isInteger(value) ? `${value}` : short(value);
}

/** The moment under the cursor. */
function clock(seconds) {
  if (seconds === null || seconds === undefined) return "–";
  return time(seconds * 1000);
}

function line(label, values, colourName, format, options = {}) {
  const { fill = false, scale = "y", dash } = options;
  const stroke = colour(colourName);
  return {
    values,
    series: {
      label,
      scale,
      stroke,
      width: 1.75,
      dash,
      fill: fill ? `color-mix(in srgb, ${stroke} 14%, transparent)` : undefined,
      points: { show: values.length < 40, size: 4 },
      spanGaps: true,
      value: (_, value) => format(value),
    },
  };
}

function axis(format, scale = "y", side = 3, steps = undefined) {
  return {
    scale,
    side,
    ...steps === undefined ? {} : { incrs: steps },
    stroke: colour("soft"),
    grid: { stroke: colour("grid"), width: 1, show: side === 3 },
    ticks: { show: false },
    font: "12px system-ui, sans-serif",
    size: 58,
    values: (_, splits) => splits.map((value) => value === null ? "" : format(value)),
  };
}

/** Shades the time that does not count. */
const warmUp = {
  hooks: {
    drawAxes: (plot) => {
      if (data.countedFrom === 0) return;
      const { ctx, bbox } = plot;
      const end = Math.min(bbox.left + bbox.width, plot.valToPos(data.countedFrom, "x", true));
      ctx.save();
      ctx.fillStyle = colour("grid");
      ctx.fillRect(bbox.left, bbox.top, Math.max(0, end - bbox.left), bbox.height);
      ctx.restore();
    },
  },
};

function draw(id, lines, options = {}) {
  const place = document.getElementById(id);
  if (place === null) return;
  charts.get(id)?.destroy();
  const { format = count, steps, splits, most = Infinity, scales = {}, axes = [] } = options;
  const bottom = {
    ...axis(clock, "x", 2, TIME_STEPS.map((milliseconds) => milliseconds / 1000)),
    grid: { show: false },
    size: 30,
    space: 70,
  };
  const chart = new uPlot(
    {
      width: place.clientWidth,
      height: HEIGHT,
      cursor: { sync: { key: "load" }, points: { size: 7 }, drag: { x: true, y: false } },
      scales: {
        x: { time: false },
        y: { range: (_, __, greatest) => [0, Math.min(most, greatest * 1.08) || 1] },
        ...scales,
      },
      axes: [bottom, { ...axis(format, "y", 3, steps), splits }, ...axes],
      series: [{ label: "time", value: (_, value) => clock(value) }, ...lines.map((l) => l.series)],
      plugins: [warmUp],
    },
    [data.seconds, ...lines.map(({ values }) => values)],
    place,
  );
  charts.set(id, chart);
}

/** The mark at or below a time, and the one at or above it. */
const lower = (ms) => WIDE_TIMES.findLast((mark) => mark <= ms) ?? WIDE_TIMES[0];
const upper = (ms) => WIDE_TIMES.find((mark) => mark >= ms) ?? WIDE_TIMES.at(-1);

function drawLatency() {
  const { p50, p95, p99 } = data.latencies[phase];
  draw("latency", [
    line("p99", p99, "rose", time),
    line("p95", p95, "amber", time),
    line("p50", p50, "blue", time),
  ], {
    format: time,
    // The slowest may take a thousand times as long as most: both are to be seen.
    scales: { y: { distr: 3, range: (_, least, greatest) => [lower(least), upper(greatest)] } },
    splits: (_, __, least, greatest) => WIDE_TIMES.filter((ms) => ms >= least && ms <= greatest),
  });
}

function drawMachine() {
  if (Object.keys(data.cores).length === 0) {
    const memory = line("memory", data.rssBytes, "grey", size, { fill: true });
    return draw("machine", [memory], { format: size, steps: MEMORY_STEPS });
  }
  const colours = ["blue", "green", "violet", "amber", "rose", "grey"];
  const cores = Object.entries(data.cores).map(([kind, values], index) =>
    line(kind, values, colours[index % colours.length], count)
  );
  const memory = line("memory", data.rssBytes, "grey", size, { scale: "bytes", dash: [4, 4] });
  draw("machine", [...cores, memory], {
    scales: { bytes: { range: (_, __, greatest) => [0, greatest * 1.08] } },
    axes: [axis(size, "bytes", 1, MEMORY_STEPS)],
  });
}

function size(bytes) {
  if (bytes === null || bytes === undefined) return "–";
  const mebibytes = bytes / MEBIBYTE;
  return mebibytes >= 1024 ? `${short(mebibytes / 1024)} GiB` : `${short(mebibytes)} MiB`;
}

function drawThroughput() {
  // Jobs that are all submitted at the beginning would leave no room for those that end.
  const most = 3 * Math.max(...data.ended);
  draw("throughput", [
    line("ended", data.ended, "blue", count, { fill: true }),
    line("submitted", data.submitted, "grey", count, { dash: [4, 4] }),
  ], { most });
}

function drawAll() {
  drawThroughput();
  drawLatency();
  draw("queue", [
    line("waiting", data.waiting, "amber", count, { fill: true }),
    line("running", data.running, "green", count, { fill: true }),
    line("leased", data.leased, "violet", count),
  ]);
  draw("agents", [line("online", data.online, "green", count, { fill: true })]);
  draw("faults", [
    line("faults", data.faults, "rose", count, { fill: true }),
    line("taken back", data.requeued, "violet", count),
  ]);
  drawMachine();
}

function showPhase(button) {
  phase = button.dataset.phase;
  for (const other of document.querySelectorAll("[data-phase]")) {
    other.setAttribute("aria-selected", String(other === button));
  }
  drawLatency();
}

for (const button of document.querySelectorAll("[data-phase]")) {
  button.addEventListener("click", () => showPhase(button));
}
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAll);
let pending;
addEventListener("resize", () => {
  clearTimeout(pending);
  pending = setTimeout(drawAll, 100);
});
drawAll();
