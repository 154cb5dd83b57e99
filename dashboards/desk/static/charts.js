// From a panel's rows to a Vega-Lite chart.

import { bucketName, language, number, percent, word } from "./strings.js";

const HOUR = 3_600_000;
const NARROW = 520; // pixels

/** The end of a calendar bucket in the reader's time zone. */
export function bucketEnd(start, interval) {
  const time = new Date(start);
  if (interval === "hour") return start + HOUR;
  if (interval === "day") time.setDate(time.getDate() + 1);
  else if (interval === "week") time.setDate(time.getDate() + 7);
  else if (interval === "month") time.setMonth(time.getMonth() + 1);
  else time.setFullYear(time.getFullYear() + 1);
  return time.getTime();
}

/** The width of a text in Latin letters, of which a Korean or Chinese character takes nearly two. */
const letters = (text) => [...text].reduce((sum, character) => sum + (character > "\u1100" ? 1.8 : 1), 0);

/** Stacks rows of [first key, second key, value] in the order of the colours: each gets y0 and y1. */
function stacked(rows, order, normalized) {
  const totals = new Map();
  for (const [first, , value] of rows) totals.set(first, (totals.get(first) ?? 0) + value);
  const rank = new Map(order.map((key, index) => [key, index]));
  const sorted = [...rows].sort((a, b) => (rank.get(a[1]) ?? 99) - (rank.get(b[1]) ?? 99));
  const reached = new Map();
  return sorted.map(([first, second, value]) => {
    const y0 = reached.get(first) ?? 0;
    const y1 = y0 + (normalized ? value / totals.get(first) : value);
    reached.set(first, y1);
    return { keys: [first, second], value, share: value / totals.get(first), y0, y1 };
  });
}

export const binName = ({ width }, key) => (key + width > 1 + width / 2 ? percent(key) : `${percent(key)}–${percent(key + width)}`);

function theme() {
  const style = getComputedStyle(document.documentElement);
  const colour = (name) => style.getPropertyValue(name).trim();
  return { text: colour("--text"), quiet: colour("--quiet"), line: colour("--line"), panel: colour("--panel"), accent: colour("--accent"), low: colour("--heat-low"), high: colour("--heat-high"), event: colour("--event") };
}

function timeLocale() {
  const names = (options, count, make) =>
    Array.from({ length: count }, (_, i) => new Intl.DateTimeFormat(language(), { timeZone: "UTC", ...options }).format(make(i)));
  const day = (i) => new Date(Date.UTC(2023, 0, 1 + i)); // a Sunday
  const month = (i) => new Date(Date.UTC(2023, i, 1));
  return {
    dateTime: "%x, %X", date: "%Y-%m-%d", time: "%H:%M:%S", periods: ["AM", "PM"],
    days: names({ weekday: "long" }, 7, day), shortDays: names({ weekday: "short" }, 7, day),
    months: names({ month: "long" }, 12, month), shortMonths: names({ month: "short" }, 12, month),
  };
}

/**
 * The Vega-Lite specification of a panel.
 * `names(field, key)` gives a value's name, `colours` a field's fixed colours, `span` what the time axis covers.
 */
export function specification(panel, rows, { names, colours, span, interval, width, height, events }) {
  const paint = theme();
  const [first, second] = panel.by;
  const overTime = first.type === "time";
  const normalized = panel.chart === "shares";
  const narrow = width < NARROW;
  const kinds = second ? [...new Set(rows.map((row) => row[1]))] : [];
  const fixed = second ? colours[second.field] ?? {} : {};
  const order = [...Object.keys(fixed).filter((key) => kinds.includes(key)), ...kinds.filter((key) => !(key in fixed))];
  const rest = ["#4477AA", "#EE6677", "#228833", "#CCBB44", "#66CCEE", "#AA3377", "#999999", "#EE8866"];
  const range = order.map((key, index) => fixed[key] ?? rest[index % rest.length]);
  const keyName = (dimension, key) =>
    dimension.type === "time" ? bucketName(key, interval)
    : dimension.type === "bins" ? binName(dimension, key)
    : names(dimension.field, key);
  const measure = word(panel.measures[0].label);
  const longest = Math.max(4, ...(second ? order.map((key) => Math.min(36, letters(names(second.field, key)))) : []));
  const legendColumns = Math.max(width < 380 ? 1 : 2, Math.floor((width - 120) / (longest * 7 + 34)));
  const legendRows = second && panel.chart !== "heatmap" ? Math.ceil(order.length / legendColumns) : 0;
  const tip = (keys, value, share) =>
    [...keys.map((key, i) => keyName(panel.by[i], key)), `${measure}: ${number(value)}${share === undefined ? "" : ` (${percent(share)})`}`].join("\n");

  const axis = { title: null, labelColor: paint.quiet, tickColor: paint.line, domainColor: paint.line, gridColor: paint.line, labelFontSize: 12, labelLimit: narrow ? 110 : 190 };
  const legend = second && { title: null, labelColor: paint.text, labelFontSize: 12, symbolType: "square", orient: "top", columns: legendColumns, labelLimit: Math.floor((width - 120) / legendColumns) - 34, offset: 6 };
  const colour = second && {
    field: "kind", type: "nominal", legend,
    scale: { domain: order.map((key) => names(second.field, key)), range },
  };
  const count = { ...axis, tickMinStep: normalized ? undefined : 1, format: normalized ? "%" : undefined, tickCount: 4 };
  const time = {
    field: "start", type: "temporal", scale: { domainMin: { expr: String(span[0]) }, domainMax: { expr: String(span[1]) } },
    axis: { ...axis, grid: false, tickCount: Math.max(2, Math.floor(width / 90)), labelOverlap: true, labelFlush: true },
  };
  const named = (row) => ({ ...row, kind: second ? names(second.field, row.keys[1]) : "", tip: tip(row.keys, row.value, second && panel.chart !== "heatmap" ? row.share : undefined) });
  const mark = { cursor: "pointer" };
  let spec;
  if (panel.chart === "heatmap") {
    const values = rows.map(([a, b, value]) => ({ keys: [a, b], a: keyName(first, a), b: keyName(second, b), value, tip: tip([a, b], value) }));
    const most = Math.max(1, ...rows.map((row) => row[2]));
    const across = [...new Set(values.map((v) => v.a))];
    const crowded = across.length * Math.max(...across.map(letters)) * 7.5 > width - 150;
    spec = {
      data: { values },
      encoding: {
        x: { field: "a", type: "nominal", sort: null, axis: { ...axis, labelAngle: crowded ? -40 : 0, labelLimit: crowded ? 130 : 200, orient: "bottom", ticks: false } },
        y: { field: "b", type: "nominal", sort: null, axis: { ...axis, ticks: false, labelLimit: narrow ? 110 : 190 } },
      },
      layer: [
        { mark: { ...mark, type: "rect", cornerRadius: 2, stroke: paint.panel, strokeWidth: 1 },
          encoding: { color: { field: "value", type: "quantitative", legend: null, scale: { domain: [0, most], range: [paint.low, paint.high] } } } },
        { mark: { ...mark, type: "text", fontSize: 11 },
          encoding: { text: { field: "value", type: "quantitative" }, color: { condition: { test: `datum.value > ${most * 0.55}`, value: paint.panel }, value: paint.text } } },
      ],
    };
  } else if (panel.chart === "line") {
    const values = rows.map(([start, value]) => ({ keys: [start], start: (start + bucketEnd(start, interval)) / 2, value, tip: tip([start], value) }));
    spec = {
      data: { values },
      layer: [
        { mark: { ...mark, type: "line", color: paint.accent, strokeWidth: 2 } },
        { mark: { ...mark, type: "point", filled: true, size: 60, color: paint.accent, opacity: 1 } },
      ],
      encoding: { x: time, y: { field: "value", type: "quantitative", axis: count, scale: { zero: true, nice: true } } },
    };
  } else if (overTime) {
    const base = second ? stacked(rows, order, normalized) : rows.map(([start, value]) => ({ keys: [start], value, y0: 0, y1: value }));
    const values = base.map((row) => ({ ...named(row), start: row.keys[0], end: bucketEnd(row.keys[0], interval) }));
    spec = {
      data: { values },
      mark: { ...mark, type: "bar", stroke: paint.panel, strokeWidth: 0.6, clip: true, minBandSize: 2 },
      encoding: {
        x: time, x2: { field: "end" },
        y: { field: "y0", type: "quantitative", axis: count, scale: normalized ? { domain: [0, 1] } : { nice: true } }, y2: { field: "y1" },
        ...(colour ? { color: colour } : { color: { value: paint.accent } }),
      },
    };
  } else if (first.type === "bins") {
    const values = rows.map(([key, value]) => ({ keys: [key], name: keyName(first, key), value, tip: tip([key], value) }));
    spec = {
      data: { values },
      mark: { ...mark, type: "bar", color: paint.accent },
      encoding: {
        x: { field: "name", type: "ordinal", sort: null, axis: { ...axis, grid: false, labelAngle: narrow ? -40 : 0 } },
        y: { field: "value", type: "quantitative", axis: count },
      },
    };
  } else {
    const base = second ? stacked(rows, order, normalized) : rows.map(([key, value]) => ({ keys: [key], value, y0: 0, y1: value }));
    const values = base.map((row) => ({ ...named(row), name: keyName(first, row.keys[0]) }));
    const sorted = [...new Set(rows.map((row) => keyName(first, row[0])))];
    spec = {
      data: { values },
      mark: { ...mark, type: "bar", stroke: paint.panel, strokeWidth: 0.6 },
      encoding: {
        y: { field: "name", type: "nominal", sort: sorted, axis: { ...axis, ticks: false, domain: false } },
        x: { field: "y0", type: "quantitative", axis: count, scale: normalized ? { domain: [0, 1] } : { nice: true } }, x2: { field: "y1" },
        ...(colour ? { color: colour } : { color: { value: paint.accent } }),
      },
    };
  }
  if (events.length) {
    const marks = events.map((event) => ({ start: new Date(`${event.date}T00:00:00`).getTime(), tip: `${event.date}\n${word(event.names)}` }));
    const { data, mark: bar, encoding, layer } = spec;
    const at = { field: "start", type: "temporal" }; // on the same scale, whose domain only the first layer may name
    spec = {
      layer: [
        layer ? { data, layer, encoding } : { data, mark: bar, encoding },
        { data: { values: marks }, mark: { type: "rule", color: paint.event, strokeDash: [3, 3], clip: true }, encoding: { x: at } },
        { data: { values: marks }, mark: { type: "point", shape: "triangle-down", filled: true, size: 70, color: paint.event, opacity: 1, yOffset: 2, clip: false }, encoding: { x: at, y: { value: 0 } } },
      ],
    };
  }
  return {
    $schema: "https://vega.github.io/schema/vega-lite/v6.json",
    width: Math.max(120, width),
    height: height + Math.max(0, legendRows - 2) * 16, // the plot keeps its height beside a long legend
    autosize: { type: "fit", contains: "padding" },
    background: paint.panel,
    config: {
      font: getComputedStyle(document.body).fontFamily,
      view: { stroke: null },
      axis: { labelPadding: 6 },
    },
    ...spec,
  };
}

let tipElement;

function showTip(_handler, event, item) {
  tipElement ??= document.getElementById("tip");
  const text = item?.datum?.tip;
  tipElement.hidden = !text;
  if (!text) return;
  tipElement.textContent = text;
  const { width, height } = tipElement.getBoundingClientRect();
  tipElement.style.left = `${Math.max(4, Math.min(event.clientX + 14, innerWidth - width - 8))}px`;
  tipElement.style.top = `${Math.max(4, Math.min(event.clientY + 14, innerHeight - height - 8))}px`;
}

export function hideTip() {
  const element = document.getElementById("tip");
  if (element) element.hidden = true;
}

let loaded;

/** Resolves when the charting library has been read. */
export function libraryLoaded() {
  loaded ??= new Promise((resolve) => {
    if (document.readyState === "complete" || globalThis.vegaInterpreter) resolve();
    else document.addEventListener("DOMContentLoaded", resolve, { once: true });
  });
  return loaded;
}

/** Draws a specification into an element; a click on a mark calls `open` with its keys. Resolves to Vega's view. */
export async function draw(element, spec, open) {
  await libraryLoaded();
  const compiled = vegaLite.compile(spec).spec;
  const runtime = vega.parse(compiled, null, { ast: true });
  const view = new vega.View(runtime, {
    renderer: "svg", container: element, hover: false, expr: vegaInterpreter.expressionInterpreter,
    locale: { time: timeLocale() }, tooltip: showTip, logLevel: vega.Warn,
  });
  view.addEventListener("mousemove", (event, item) => showTip(null, event, item));
  view.addEventListener("mouseout", hideTip);
  view.addEventListener("click", (_event, item) => item?.datum?.keys && open(item.datum.keys));
  await view.runAsync();
  element.querySelector("svg")?.setAttribute("aria-hidden", "true"); // the holder's label and the table say it better
  return view;
}
