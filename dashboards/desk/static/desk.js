// The desk page: what is selected stands in the address bar, and the panels follow it.

import { bucketName, date, dateTime, duration, LANGUAGE_NAMES, LANGUAGES, language, number, percent, say, useLanguage, word } from "./strings.js";
import { h, save } from "./dom.js";
import { binName, draw, hideTip, specification } from "./charts.js";
import { documentList, statementCard } from "./statements.js";

const REFRESH = 60_000; // milliseconds: at the latest then all is asked anew, whether there is anything new or not
const PERIODS = ["now-1d", "now-7d", "now-30d", "now-90d", "now-1y", "now-4y"];
const ROW = 22; // pixels of Kibana's unit of height
const ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";
const $ = (id) => document.getElementById(id);

// ── What is selected ──

/** The selection as the address bar has it. */
function readAddress() {
  const query = new URLSearchParams(location.search);
  return { dashboard: location.pathname.slice(1), query };
}

let { dashboard: dashboardId, query } = readAddress();
let definitions;
let answer = null; // the newest that belongs to what is selected
let actors = {};
let generation = 0; // counts selections: an answer to an older one is never drawn
let loading = null;
let live = true;
let beat = null; // what the pulse said last
const drawn = new Map(); // by panel: what is shown, to leave unchanged panels alone
const views = new Map(); // by panel: Vega's view
const asTable = new Set(); // panels shown as tables
let menus = []; // of the filters

const remember = (key, value) => { try { localStorage.setItem(key, value); } catch { /* the address bar still has it */ } };
const recalled = (key) => { try { return localStorage.getItem(key); } catch { return null; } };

function chosenLanguage() {
  const preferred = [query.get("lang"), recalled("language"), ...navigator.languages.map((name) => name.slice(0, 2))];
  return preferred.find((name) => LANGUAGES.includes(name)) ?? "en";
}

function applyAppearance() {
  useLanguage(chosenLanguage());
  document.documentElement.lang = language();
  const theme = query.get("theme") ?? recalled("theme") ?? "auto";
  if (theme === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}

/** What the server needs to know of the address. */
function selection(extra = {}) {
  const asked = new URLSearchParams();
  for (const [key, value] of query) {
    if (["from", "to", "text"].includes(key) || key in definitions.filters) asked.append(key, value);
  }
  asked.set("zone", ZONE);
  for (const [key, value] of Object.entries(extra)) asked.set(key, value);
  return asked;
}

const OPENED = ["open", "keys", "measure"];

/** Change the address, and what is shown with it. `change` gets a copy of the query to edit. */
function go(change, { dashboard = dashboardId, replace = false } = {}) {
  const next = new URLSearchParams(query);
  change(next);
  const text = next.toString();
  history[replace ? "replaceState" : "pushState"](null, "", `/${dashboard}${text ? `?${text}` : ""}`);
  follow();
}

/** Show what the address bar says. */
function follow() {
  const before = { dashboard: dashboardId, asked: definitions && selection().toString(), language: language(), theme: document.documentElement.dataset.theme };
  ({ dashboard: dashboardId, query } = readAddress());
  applyAppearance();
  const asked = selection().toString();
  const restyled = before.language !== language() || before.theme !== document.documentElement.dataset.theme;
  if (restyled || before.dashboard !== dashboardId) {
    answer = before.dashboard === dashboardId ? answer : null;
    drawn.clear();
    build();
  } else showFilters();
  if (before.dashboard !== dashboardId || before.asked !== asked) load();
  else if (restyled && answer) drawAll();
  followDrawer();
}

const desk = {
  name: (field, value) => word(definitions.values[field]?.[value] ?? actors[value] ?? String(value)),
  fieldName: (field) => word(definitions.fields[field] ?? field),
  colour: (field, value) => definitions.colours[field]?.[value],
  narrow(filter, value, dashboard) {
    go((next) => {
      OPENED.forEach((key) => next.delete(key));
      next.delete(filter);
      next.append(filter, value);
    }, { dashboard: dashboard ?? dashboardId });
  },
};

// ── Asking ──

async function ask(path, parameters, signal) {
  const response = await fetch(`/api/${path}?${parameters}`, { signal });
  const body = await response.json().catch(() => ({ detail: response.statusText }));
  if (!response.ok) throw new Error(body.detail);
  return body;
}

/** Load the dashboard for what is selected now. Answers that come after the selection changed are dropped. */
async function load() {
  const mine = ++generation;
  loading?.abort();
  loading = new AbortController();
  for (const panel of document.querySelectorAll(".panel")) panel.setAttribute("aria-busy", "true");
  try {
    const found = await ask(`dashboards/${dashboardId}`, selection(), loading.signal);
    if (mine !== generation) return;
    answer = found;
    actors = { ...actors, ...found.actors };
    loadedAt = Date.now();
    await drawAll();
    showStatus();
  } catch (problem) {
    if (mine !== generation || problem.name === "AbortError") return;
    failed(problem);
  }
}

let loadedAt = 0;

function showStatus() {
  $("status").replaceChildren(`${say("asOf")} ${dateTime(loadedAt)}`, beat?.indexed ? ` · ${say("newest")}: ${dateTime(beat.indexed)}` : "", ` · ${say("clickHint")}`);
  $("status").classList.remove("problem");
}

function failed(problem) {
  const text = problem instanceof TypeError ? say("lost") : `${say("failed")}: ${problem.message}`;
  $("status").replaceChildren(text, " ", h("button", { onclick: load }, say("retry")));
  $("status").classList.add("problem");
  for (const panel of document.querySelectorAll(".panel")) panel.setAttribute("aria-busy", "false");
}

async function listen() {
  if (live && !document.hidden) {
    try {
      const heard = await ask("pulse", "");
      const changed = beat && (heard.indexed !== beat.indexed || String(heard.counts) !== String(beat.counts));
      const recovered = $("status").classList.contains("problem");
      beat = heard;
      if (changed || recovered || Date.now() - loadedAt > REFRESH) await load();
      if (changed) $("announcement").textContent = `${say("updated")} ${dateTime(Date.now())}`;
      if (!heard.counts.some(Boolean)) $("status").textContent = say("empty");
    } catch (problem) {
      if (answer) failed(problem);
    }
  }
  setTimeout(listen, definitions.every * 1000);
}

// ── The page around the panels ──

const dashboardOf = (id) => definitions.dashboards.find((each) => each.id === id);

function build() {
  const dashboard = dashboardOf(dashboardId);
  document.title = `${word(dashboard.title)} – Vostochny`;
  $("skip").textContent = say("skip");
  $("title").textContent = word(dashboard.title);
  $("reading").textContent = word(dashboard.reading);
  $("dashboards").setAttribute("aria-label", say("all"));
  $("dashboards").replaceChildren(...definitions.dashboards.map((each) =>
    h("a", { href: `/${each.id}${location.search}`, "aria-current": each.id === dashboardId ? "page" : null, onclick: (event) => {
      if (event.metaKey || event.ctrlKey || event.shiftKey) return;
      event.preventDefault();
      go((next) => OPENED.forEach((key) => next.delete(key)), { dashboard: each.id });
    } }, word(each.title))));
  const choice = (label, options, current, change) =>
    h("select", { "aria-label": label, onchange: (event) => change(event.target.value) },
      options.map(([value, text]) => h("option", { value, selected: value === current }, text)));
  $("tools").replaceChildren(
    h("label", { class: "live" },
      h("input", { type: "checkbox", checked: live, onchange: (event) => { live = event.target.checked; } }), say("live")),
    choice(say("interface"), LANGUAGES.map((name) => [name, LANGUAGE_NAMES[name]]), language(), (value) => {
      remember("language", value);
      go((next) => next.set("lang", value), { replace: true });
    }),
    choice(say("theme"), ["auto", "light", "dark"].map((name) => [name, say(name)]), document.documentElement.dataset.theme ?? "auto", (value) => {
      remember("theme", value);
      go((next) => next.set("theme", value), { replace: true });
    }));
  buildFilterMenus();
  for (const view of views.values()) view.finalize();
  views.clear();
  $("panels").replaceChildren(...dashboard.places.map(buildPanel));
}

/** The filters' menus, made anew with the dashboard; what is chosen in them follows the address. */
function buildFilterMenus() {
  menus = dashboardOf(dashboardId).filters.map(buildFilter);
  $("filters").replaceChildren(h("span", { id: "period" }), ...(dashboardOf(dashboardId).kind === "statements" ? [buildWords()] : []), ...menus.map((menu) => menu.element), h("span", { class: "chips", id: "chips" }));
  showFilters();
}

/** The box for words that statements must hold. */
function buildWords() {
  const apply = (text) => { if (text !== wordsAsked()) go((next) => text ? next.set("text", text) : next.delete("text")); };
  const box = h("input", { type: "search", id: "words", placeholder: say("words"), "aria-label": say("words"), title: say("wordsHint"), maxlength: 500,
    onsearch: () => apply(box.value.trim()) }); // on Enter, and when the box is emptied
  return h("form", { onsubmit: (event) => { event.preventDefault(); apply(box.value.trim()); } }, box);
}

const wordsAsked = () => (query.get("text") ?? "").trim();

/** Bring period, menus and chips to what the address says. An open menu stays open: several values may be wanted. */
function showFilters() {
  const from = query.get("from") ?? definitions.since;
  const to = query.get("to") ?? "now";
  const custom = !(PERIODS.includes(from) && to === "now");
  const day = (text) => (/^\d{4}-\d\d-\d\d/.test(text) ? text.slice(0, 10) : "");
  const period = h("select", { "aria-label": say("period"), onchange: (event) => {
    if (event.target.value === "custom") { dates.hidden = false; dates.querySelector("input").focus(); return; }
    go((next) => { next.set("from", event.target.value); next.delete("to"); });
  } },
  PERIODS.map((name) => h("option", { value: name, selected: !custom && name === from }, say(name))),
  h("option", { value: "custom", selected: custom }, custom ? `${from.slice(0, 10)} – ${to.slice(0, 10)}` : say("custom")));
  const dates = h("form", { class: "dates", hidden: !custom, onsubmit: (event) => {
    event.preventDefault();
    const [start, end] = [...event.target.querySelectorAll("input")].map((input) => input.value);
    go((next) => {
      start ? next.set("from", start) : next.delete("from");
      end ? next.set("to", end) : next.delete("to");
    });
  } },
  h("input", { type: "date", value: day(from), "aria-label": say("from") }), "–",
  h("input", { type: "date", value: day(to), "aria-label": say("to") }),
  h("button", {}, say("apply")));
  $("period").replaceChildren(period, dates);
  for (const menu of menus) menu.show();
  const box = $("words");
  if (box && box !== document.activeElement) box.value = wordsAsked();
  const chips = Object.keys(definitions.filters).flatMap((name) => query.getAll(name).map((value) => {
    const field = fieldOf(name);
    return h("button", { class: "chip active", colour: desk.colour(field, value) ?? "var(--accent)", "aria-label": `${say("remove")}: ${say(name)} ${desk.name(field, value)}`,
      onclick: () => go((next) => next.delete(name, value)) }, `${desk.name(field, value)} ×`);
  }));
  if (wordsAsked()) {
    chips.unshift(h("button", { class: "chip active", colour: "var(--accent)", "aria-label": `${say("remove")}: ${say("words")} ${wordsAsked()}`,
      onclick: () => go((next) => next.delete("text")) }, `“${wordsAsked()}” ×`));
  }
  if (chips.length) chips.push(h("button", { class: "plain", onclick: () => go((next) => ["text", ...Object.keys(definitions.filters)].forEach((name) => next.delete(name))) }, say("clear")));
  $("chips").replaceChildren(...chips);
}

/** The field whose values a filter's menu offers. */
const fieldOf = (name) => definitions.filters[name].statements;

function buildFilter(name) {
  const list = h("ul", {});
  const count = h("b", {});
  let timer, newest = 0;
  const search = h("input", { type: "search", placeholder: say("search"), "aria-label": `${say("search")}: ${say(name)}`, oninput: () => { clearTimeout(timer); timer = setTimeout(fill, 200); } });
  async function fill() {
    const mine = ++newest;
    let found;
    try {
      found = await ask(`dashboards/${dashboardId}/values/${name}`, selection({ words: search.value }));
    } catch (problem) {
      if (mine === newest) list.replaceChildren(h("li", {}, `${say("failed")}: ${problem.message}`));
      return;
    }
    if (mine !== newest) return;
    Object.assign(actors, found.names);
    const chosen = query.getAll(name);
    const counts = new Map(found.values);
    const offered = [...chosen.filter((value) => !search.value && !counts.has(value)).map((value) => [value, 0]), ...found.values];
    list.replaceChildren(...offered.map(([value, amount]) => h("li", {}, h("label", {},
      h("input", { type: "checkbox", value, checked: chosen.includes(value), onchange: (event) => go((next) => event.target.checked ? next.append(name, value) : next.delete(name, value)) }),
      h("span", {}, desk.name(fieldOf(name), value)), h("span", { class: "quiet" }, number(amount))))));
    if (!offered.length) list.replaceChildren(h("li", { class: "quiet" }, say("nothing")));
  }
  const element = h("details", { class: "filter menu", ontoggle: () => { if (element.open) { closeMenus(element); fill(); search.focus(); } } },
    h("summary", {}, say(name), count),
    h("div", { class: "sheet" }, search, list));
  function show() {
    const chosen = query.getAll(name);
    count.textContent = chosen.length ? ` ${chosen.length}` : "";
    for (const box of list.querySelectorAll("input")) box.checked = chosen.includes(box.value);
  }
  return { element, show };
}

function closeMenus(except) {
  for (const menu of document.querySelectorAll("details.menu[open]")) if (menu !== except) menu.open = false;
}
document.addEventListener("click", (event) => closeMenus(event.target.closest("details.menu")));
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = document.querySelector("details.menu[open]");
  if (menu) { menu.open = false; menu.querySelector("summary").focus(); }
});

// ── Panels ──

function buildPanel(place) {
  const panel = definitions.panels[place.panel];
  const id = place.panel;
  const figure = panel.chart === "figure";
  const drawable = !["figure", "table", "documents", "examples"].includes(panel.chart);
  const open = (menu) => (action) => () => { menu().open = false; action(); };
  let menu;
  const close = open(() => menu);
  menu = h("details", { class: "menu" },
    h("summary", { "aria-label": `${say("more")}: ${word(panel.title)}`, title: say("more") }, "⋯"),
    h("div", { class: "sheet" },
      h("a", { href: "#", onclick: (event) => { event.preventDefault(); close(() => downloadCsv(id))(); } }, "CSV"),
      drawable && h("button", { onclick: close(() => saveImage(id, "png")) }, "PNG"),
      drawable && h("button", { onclick: close(() => saveImage(id, "svg")) }, "SVG"),
      h("button", { onclick: close(() => showQuery(id)) }, say("query"))));
  const toggle = drawable && h("button", { class: "plain toggle", "aria-pressed": asTable.has(id) ? "true" : "false", onclick: () => {
    asTable.has(id) ? asTable.delete(id) : asTable.add(id);
    toggle.textContent = say(asTable.has(id) ? "asChart" : "asTable");
    toggle.setAttribute("aria-pressed", asTable.has(id));
    drawn.delete(id);
    drawPanel(id);
  } }, say(asTable.has(id) ? "asChart" : "asTable"));
  const body = h("div", { class: "body" });
  if (drawable) body.style.minHeight = `${place.height * ROW}px`;
  return h("section", { class: `panel ${panel.chart}`, id: `panel-${id}`, "aria-labelledby": `title-${id}`, "aria-busy": "true", width: place.width },
    h("header", {}, h("h2", { id: `title-${id}`, title: figure ? word(panel.question) : null }, word(panel.title)), toggle, menu),
    figure ? null : h("p", { class: "question" }, word(panel.question)),
    h("p", { class: "quiet deaf" }),
    body);
}

async function drawAll() {
  await Promise.all(dashboardOf(dashboardId).places.map((place) => drawPanel(place.panel)));
}

/** Draw a panel's answer unless it is what is shown already. */
async function drawPanel(id) {
  const section = $(`panel-${id}`);
  const panel = definitions.panels[id];
  const found = answer?.panels[id];
  if (!section || !found) return;
  section.setAttribute("aria-busy", "false");
  const deaf = Object.keys(definitions.filters).filter((name) => query.has(name) && !(panel.kind in definitions.filters[name]));
  if (wordsAsked() && panel.kind !== "statements") deaf.unshift("words");
  section.querySelector(".deaf").textContent = deaf.length ? `${say("notNarrowed")}: ${deaf.map(say).join(", ")}` : "";
  const text = JSON.stringify([found, panel.by.some((d) => d.type === "time") ? [answer.start.slice(0, 10), answer.end.slice(0, 10), answer.interval] : 0, asTable.has(id)]);
  if (drawn.get(id) === text) return;
  drawn.set(id, text);
  const body = section.querySelector(".body");
  views.get(id)?.finalize();
  views.delete(id);
  hideTip();
  if (found.error) body.replaceChildren(h("p", { class: "problem" }, `${say("failed")}: ${found.error}`));
  else if (panel.chart === "figure") body.replaceChildren(...figure(id, panel, found.rows));
  else if (panel.chart === "documents") body.replaceChildren(...documentsPanel(id, panel, found));
  else if (panel.chart === "examples") body.replaceChildren(...examples(id, panel, found));
  else if (!found.rows.length) body.replaceChildren(h("p", { class: "quiet" }, say("nothing")));
  else if (panel.chart === "table" || asTable.has(id)) body.replaceChildren(rowsTable(id, panel, found.rows));
  else await chart(id, panel, found.rows, body, text);
}

function measureText(measure, value) {
  if (value === null || value === undefined) return "–";
  if (measure.of === "latest") return dateTime(value);
  if (measure.of === "share" || measure.field === "statement.stance_score") return percent(value);
  if (measure.field === "article.delay") return duration(value);
  return number(Math.round(value * 100) / 100);
}

const keyText = (dimension, key) =>
  dimension.type === "time" ? bucketName(key, answer.interval)
  : dimension.type === "bins" ? binName(dimension, key)
  : desk.name(dimension.field, key);

function figure(id, panel, [now = [], before = []]) {
  const measure = panel.measures[0];
  const text = measureText(measure, now[0]);
  const change = panel.compare && measure.of !== "share" && before[0] ? ` (${now[0] >= before[0] ? "+" : "−"}${percent(Math.abs(now[0] - before[0]) / before[0])})` : "";
  return [
    h("button", { class: text.length > 9 ? "plain number long" : "plain number", title: say("behind"), onclick: () => openBehind(id, [], measure.narrow ? measure.id : "") }, text),
    panel.compare ? h("p", { class: "quiet" }, `${say("before")}: ${measureText(measure, before[0])}${change}`) : null,
  ].filter(Boolean);
}

/** Rows as a table whose numbers open what is behind them. */
function rowsTable(id, panel, rows) {
  return h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": word(panel.title) },
    h("table", {},
      h("thead", {}, h("tr", {},
        panel.by.map((dimension) => h("th", { scope: "col" }, desk.fieldName(dimension.field))),
        panel.measures.map((measure) => h("th", { scope: "col", class: "value" }, word(measure.label))))),
      h("tbody", {}, rows.map((row) => {
        const keys = row.slice(0, panel.by.length);
        return h("tr", {},
          keys.map((key, i) => h(i ? "td" : "th", { scope: i ? null : "row" }, keyText(panel.by[i], key))),
          panel.measures.map((measure, i) => {
            const value = row[panel.by.length + i];
            return h("td", { class: "value" }, value === null ? "–"
              : h("button", { class: "plain", onclick: () => openBehind(id, keys, measure.narrow ? measure.id : "") }, measureText(measure, value)));
          }));
      }))));
}

const eventsShown = () => definitions.events.filter((event) => event.date >= answer.start.slice(0, 10) && event.date <= answer.end.slice(0, 10));

async function chart(id, panel, rows, body, text) {
  const events = panel.events ? eventsShown() : [];
  const holder = h("div", { class: "chart", role: "img", "aria-label": `${word(panel.title)}. ${word(panel.question)} ${say("asTable")}: ${number(rows.length)}` });
  const list = events.length ? h("details", { class: "events" }, h("summary", {}, `${say("events")}: ${number(events.length)}`),
    h("ul", {}, events.map((event) => h("li", {}, h("time", { datetime: event.date }, date(`${event.date}T12:00:00`)), ` ${word(event.names)}`)))) : null;
  body.replaceChildren(holder, ...(list ? [list] : []));
  const place = dashboardOf(dashboardId).places.find((each) => each.panel === id);
  const height = Math.max(140, place.height * ROW - (events.length ? 26 : 0) - 4);
  const spec = specification(panel, rows, {
    names: desk.name, colours: definitions.colours, interval: answer.interval,
    span: [Date.parse(answer.start), Date.parse(answer.end)], width: holder.clientWidth, height, events,
  });
  try {
    const view = await draw(holder, spec, (keys) => openBehind(id, keys, ""));
    if (drawn.get(id) !== text) view.finalize();
    else views.set(id, view);
  } catch (problem) {
    holder.replaceChildren(h("p", { class: "problem" }, `${say("failed")}: ${problem.message}`));
    console.error(problem);
  }
}

function documentsPanel(id, panel, found) {
  if (!found.documents.length) return [h("p", { class: "quiet" }, say("nothing"))];
  return [
    ...documentList(desk, panel, found.documents),
    h("button", { class: "more", onclick: () => openBehind(id, [], "") }, `${say("more")} (${number(found.total)})`),
  ];
}

function examples(id, panel, found) {
  if (!found.rows.length) return [h("p", { class: "quiet" }, say("nothing"))];
  return found.rows.map(([key, count], position) => h("section", { class: "example" },
    h("h3", {}, h("span", { class: "chip", colour: desk.colour(panel.by[0].field, key) ?? "var(--quiet)" }, desk.name(panel.by[0].field, key)),
      h("button", { class: "plain", onclick: () => openBehind(id, [key], "") }, number(count))),
    found.examples[position].map((document) => statementCard(desk, document))));
}

let resizing;
new ResizeObserver(() => {
  clearTimeout(resizing);
  resizing = setTimeout(() => {
    if (!answer || document.body.clientWidth === lastWidth) return;
    lastWidth = document.body.clientWidth;
    for (const id of views.keys()) drawn.delete(id);
    drawAll();
  }, 150);
}).observe(document.body);
let lastWidth = document.body.clientWidth;
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => { drawn.clear(); if (answer) drawAll(); });

// ── What is behind a number ──

function openBehind(id, keys, measure) {
  hideTip();
  go((next) => {
    next.set("open", id);
    keys.length ? next.set("keys", JSON.stringify(keys)) : next.delete("keys");
    measure ? next.set("measure", measure) : next.delete("measure");
  });
}

let drawerShows = "";
let drawerRound = 0;

/** Open, change or close the drawer as the address bar says. */
async function followDrawer() {
  const drawer = $("drawer");
  const id = query.get("open");
  const panel = definitions.panels[id];
  if (!panel) {
    drawerShows = "";
    if (drawer.open) drawer.close();
    return;
  }
  const asked = selection({ keys: query.get("keys") ?? "", measure: query.get("measure") ?? "" });
  const shows = `${id}?${asked}&${language()}`;
  if (shows === drawerShows) return;
  drawerShows = shows;
  const mine = ++drawerRound;
  const keys = readKeys();
  const bucket = keys.map((key, i) => (panel.by[i] ? keyTextAnytime(panel.by[i], key) : key)).join(" · ");
  const measure = panel.measures.find((each) => each.id === query.get("measure"));
  const list = h("div", { class: "documents" });
  const total = h("span", { class: "quiet", role: "status" }, say("loading"));
  const more = h("button", { class: "more", hidden: true, onclick: () => add() }, say("more"));
  drawer.replaceChildren(
    h("header", {},
      h("h2", { id: "drawer-title" }, [word(panel.title), bucket, measure && measure.label && word(measure.label)].filter((text, i, all) => text && all.indexOf(text) === i).join(" – ")),
      total,
      h("button", { onclick: () => downloadCsv(id, asked) }, "CSV"),
      h("button", { class: "close", "aria-label": say("close"), onclick: closeDrawer }, "×")),
    list, more);
  if (!drawer.open) drawer.showModal();
  let after = null, count = 0;
  async function add() {
    more.disabled = true;
    try {
      const found = await ask(`panels/${id}/documents`, new URLSearchParams([...asked, ...(after ? [["after", JSON.stringify(after)]] : [])]));
      if (mine !== drawerRound) return;
      Object.assign(actors, found.actors);
      list.append(...documentList(desk, panel, found.documents));
      count += found.documents.length;
      after = found.after;
      total.textContent = `${number(count)} ${say("of")} ${number(found.total)}`;
      more.hidden = !after;
    } catch (problem) {
      if (mine === drawerRound) total.textContent = `${say("failed")}: ${problem.message}`;
    }
    more.disabled = false;
  }
  await add();
}

const keyTextAnytime = (dimension, key) => (dimension.type === "time" && !answer ? date(key) : keyText(dimension, key));

function readKeys() {
  try {
    const keys = JSON.parse(query.get("keys") ?? "[]");
    return Array.isArray(keys) ? keys : [];
  } catch {
    return [];
  }
}

function closeDrawer() {
  if (query.has("open")) go((next) => OPENED.forEach((key) => next.delete(key)));
}
$("drawer").addEventListener("close", closeDrawer);
$("drawer").addEventListener("click", (event) => { if (event.target === $("drawer")) closeDrawer(); });

// ── Export ──

function downloadCsv(id, asked) {
  const parameters = asked ? new URLSearchParams([...asked, ["behind", "1"]]) : selection();
  parameters.set("lang", language());
  h("a", { href: `/api/panels/${id}.csv?${parameters}`, download: `${id}.csv` }).click();
}

async function saveImage(id, type) {
  const view = views.get(id);
  if (!view) return;
  if (type === "png") save(`${id}.png`, await view.toImageURL("png", 2));
  else save(`${id}.svg`, await view.toSVG(), "image/svg+xml");
}

async function showQuery(id) {
  const dialog = h("dialog", { class: "query", "aria-labelledby": "query-title" });
  const found = await ask(`panels/${id}/query`, selection());
  const text = `GET /${found.index}/_search\n${JSON.stringify(found.body, null, 2)}`;
  const copy = h("button", { onclick: async () => { await navigator.clipboard?.writeText(text); copy.textContent = say("copied"); } }, say("copy"));
  dialog.append(
    h("header", {}, h("h2", { id: "query-title" }, `${say("query")}: ${word(definitions.panels[id].title)}`), copy,
      h("button", { class: "close", "aria-label": say("close"), onclick: () => dialog.close() }, "×")),
    h("pre", { tabindex: "0" }, text));
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}

// ── Start ──

async function start() {
  applyAppearance();
  document.body.append(h("div", { id: "announcement", class: "hidden", role: "status", "aria-live": "polite" }));
  // Both at once: the page's own words, and the numbers for the address as it stands.
  const zoned = new URLSearchParams(location.search);
  zoned.set("zone", ZONE);
  const early = ask(`dashboards/${dashboardId}`, zoned).catch((problem) => problem);
  const round = generation;
  try {
    definitions = await ask("definitions", "");
  } catch (problem) {
    $("status").textContent = problem.message;
    return;
  }
  build();
  addEventListener("popstate", follow);
  const first = await early;
  if (round === generation) {
    if (first instanceof Error) failed(first);
    else {
      answer = first;
      actors = { ...actors, ...first.actors };
      loadedAt = Date.now();
      showFilters(); // now that the actors' names are known
      await drawAll();
      showStatus();
    }
  }
  document.body.dataset.ready = "true";
  followDrawer();
  listen();
}

start();
