// How documents are shown: statements as cards, everything else as tables.

import { h, safeLink } from "./dom.js";
import { dateTime, number, percent, say } from "./strings.js";

const at = (source, path) => (path in source ? source[path] : path.split(".").reduce((value, name) => value?.[name], source));

/** A value of a field as people read it. */
function shown(desk, field, value) {
  if (value === undefined || value === null || value === "") return "";
  if (Array.isArray(value)) return value.map((each) => shown(desk, field, each)).join(", ");
  if (field === "@timestamp" || field.startsWith("event.")) return dateTime(value);
  if (field === "statement.stance_score" || field === "article.relevance") return percent(value);
  if (typeof value === "number") return number(value);
  return desk.name(field, String(value));
}

/** The paragraph that a statement stands in, with its span marked. */
function quotation(document) {
  const { text, context, context_start: offset, start, end } = document.statement;
  const language = document.article?.language;
  const characters = Array.from(context ?? ""); // offsets count characters, not UTF-16 units
  const [from, to] = [start - offset, end - offset];
  const fits = characters.slice(from, to).join("") === text;
  if (!fits) return h("blockquote", { lang: language }, h("mark", {}, text ?? ""));
  return h("blockquote", { lang: language }, characters.slice(0, from).join(""), h("mark", {}, text), characters.slice(to).join(""));
}

function why(document) {
  const { explanation, scores = {}, stance_score: certainty } = document.statement;
  if (!explanation) return null;
  const rows = Object.entries(explanation).map(([name, value]) => [
    name,
    typeof value === "string" ? value
      : Array.isArray(value) ? value.join(", ")
      : Object.entries(value).map(([term, found]) => `${term}: ${[found].flat().join(", ")}`).join("; "),
  ]);
  return h("details", { class: "why" },
    h("summary", {}, say("why")),
    h("dl", {},
      rows.map(([name, value]) => [h("dt", {}, name), h("dd", {}, value)]),
      h("dt", {}, "scores"), h("dd", {}, Object.entries(scores).map(([id, score]) => `${id} ${percent(score)}`).join(", ") || "–"),
      h("dt", {}, say("certainty")), h("dd", {}, certainty === undefined ? "–" : percent(certainty))));
}

function chip(desk, field, value) {
  return h("span", { class: "chip", colour: desk.colour(field, value) ?? "var(--quiet)" }, desk.name(field, value));
}

/** A statement with everything that it rests on. */
export function statementCard(desk, document) {
  const { actor = {}, outlet = {}, article = {}, statement, archive, codebook } = document;
  const link = safeLink(document.url?.full);
  const said = [actor.role, actor.affiliation].filter((text) => text && text !== actor.name).join(", ");
  return h("article", { class: "statement" },
    h("header", {},
      h("button", { class: "plain speaker", title: say("onlyThis"), onclick: () => desk.narrow("actor", actor.name, "actor") }, desk.name("actor.name", actor.name ?? "?")),
      said && h("span", { class: "quiet", lang: article.language }, said),
      actor.linked === false && h("span", { class: "quiet" }, `(${say("unlisted")})`)),
    quotation(document),
    h("p", { class: "coding" },
      (statement.categories ?? []).length ? statement.categories.map((id) => chip(desk, "statement.categories", id)) : h("span", { class: "quiet" }, say("noCategory")),
      chip(desk, "statement.stance", statement.stance ?? ""),
      h("span", { class: "quiet" }, statement.direct ? say("direct") : say("reported")),
      statement.reported_by && h("span", { class: "quiet" }, `${say("reportedBy")} ${statement.reported_by}`)),
    h("footer", {},
      h("button", { class: "plain", title: say("onlyOutlet"), onclick: () => desk.narrow("outlet", outlet.name) }, outlet.name ?? ""),
      h("span", { class: "quiet" }, [desk.name("outlet.bloc", outlet.bloc ?? ""), desk.name("article.language", article.language ?? "")].filter(Boolean).join(", ")),
      h("time", { datetime: document["@timestamp"] }, dateTime(document["@timestamp"])),
      link
        ? h("a", { href: link, target: "_blank", rel: "noopener noreferrer", lang: article.language, title: say("openArticle") }, article.title || link)
        : h("span", { lang: article.language }, article.title ?? ""),
      archive && h("span", { class: "quiet archive" }, `${say("archived")}: ${archive.file} @ ${archive.offset ?? 0} + ${archive.length ?? 0}`),
      codebook?.version && h("span", { class: "quiet" }, `${say("codebook")} ${codebook.version}`)),
    why(document));
}

/** Documents of other kinds as a table of their fields. */
export function documentTable(desk, fields, documents) {
  const columns = ["@timestamp", ...fields.filter((field) => field !== "url.full")];
  return h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": say("documents") },
    h("table", {},
      h("thead", {}, h("tr", {}, columns.map((field) => h("th", { scope: "col" }, desk.fieldName(field))))),
      h("tbody", {}, documents.map((document) => {
        const link = safeLink(document.url?.full);
        const title = columns.includes("article.title") ? "article.title" : "error.message";
        return h("tr", {}, columns.map((field) => {
          const text = shown(desk, field, at(document, field));
          return h("td", {}, field === title && link
            ? h("a", { href: link, target: "_blank", rel: "noopener noreferrer", lang: document.article?.language }, text || link)
            : text);
        }));
      }))));
}

export function documentList(desk, panel, documents) {
  return panel.kind === "statements"
    ? documents.map((document) => statementCard(desk, document))
    : [documentTable(desk, panel.columns, documents)];
}
