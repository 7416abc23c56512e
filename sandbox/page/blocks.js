// Block Kit to DOM. Nothing here uses innerHTML: what people and the bot write stays text.

export function el(tag, props = {}, ...children) {
  const made = Object.assign(document.createElement(tag), props);
  made.append(...children.filter((one) => one !== null && one !== undefined));
  return made;
}

const MARKS = /(```[\s\S]+?```|`[^`\n]+`|(?<!\w)\*[^*\n]+\*(?!\w)|(?<!\w)_[^_\n]+_(?!\w)|(?<!\w)~[^~\n]+~(?!\w)|<[^>\n]+>|:[a-z0-9_+-]+:)/g;
const EMOJI = {
  "+1": "👍", "-1": "👎", pencil2: "✏️", no_entry_sign: "🚫", dart: "🎯", robot_face: "🤖", star: "⭐",
  rotating_light: "🚨", white_check_mark: "✅", warning: "⚠️", eyes: "👀", tada: "🎉", x: "❌", hourglass: "⌛",
};
export const emoji = (name) => EMOJI[name.split("::")[0]] ?? `:${name}:`;
const plain = (text) => text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");

export function mrkdwn(text, names) {
  const out = el("div", { className: "text" });
  for (const lines of String(text).split(/((?:^>.*(?:\n|$))+)/m)) {
    const isQuote = lines[0] === ">";
    const into = isQuote ? out.appendChild(el("blockquote")) : out;
    for (const part of (isQuote ? lines.replace(/^> ?/gm, "").trimEnd() : lines).split(MARKS)) into.append(marked(part, names));
  }
  return out;
}

function marked(part, names) {
  const inner = plain(part.slice(1, -1));
  const within = () => part.slice(1, -1).split(MARKS).map((one) => marked(one, names));
  if (part.startsWith("```")) return el("pre", { textContent: plain(part.slice(3, -3)) });
  if (/^`.+`$/.test(part)) return el("code", { textContent: inner });
  if (/^\*.+\*$/.test(part)) return el("b", {}, ...within());
  if (/^_.+_$/.test(part)) return el("i", {}, ...within());
  if (/^~.+~$/.test(part)) return el("s", {}, ...within());
  if (/^<.+>$/.test(part)) return token(part.slice(1, -1), names);
  if (/^:.+:$/.test(part)) return document.createTextNode(emoji(part.slice(1, -1)));
  return document.createTextNode(plain(part));
}

function token(inside, names) {
  const [target, label] = inside.split("|");
  if (target.startsWith("!date")) return document.createTextNode(plain(label ?? ""));
  if (/^https?:/.test(target)) return link(target, label ?? target);
  const id = target.slice(1).replace("subteam^", "");
  return el("b", { textContent: (target[0] === "#" ? "#" : "@") + (names[id] ?? label ?? id) });
}

const link = (href, text) => el("a", { href, textContent: plain(text), target: "_blank", rel: "noreferrer" });

const textOf = (part, names) =>
  part.type === "plain_text" ? el("div", { className: "text", textContent: part.text }) : mrkdwn(part.text, names);

// context: {names, act(element, block, value), inputs: Map, view}
export function block(one, context) {
  const draw = DRAW[one.type];
  return draw ? draw(one, context) : el("div", { className: "small", textContent: `[${one.type}]` });
}

const DRAW = {
  section: (b, c) => el("div", { className: "section" },
    el("div", {}, b.text && textOf(b.text, c.names),
      b.fields && el("div", { className: "fields" }, ...b.fields.map((f) => textOf(f, c.names)))),
    b.accessory && el("div", {}, element(b.accessory, b, c))),
  header: (b) => el("div", { className: "header", textContent: b.text.text }),
  divider: () => el("hr"),
  image: (b) => image(b),
  context: (b, c) => el("div", { className: "row context" },
    ...b.elements.map((one) => (one.type === "image" ? image(one) : textOf(one, c.names)))),
  actions: (b, c) => el("div", { className: "row" }, ...b.elements.map((one) => element(one, b, c))),
  context_actions: (b, c) => el("div", { className: "row" }, ...b.elements.map((one) => element(one, b, c))),
  markdown: (b, c) => markdown(b.text, c.names),
  rich_text: (b, c) => el("div", { className: "text" }, ...b.elements.flatMap((s) => (s.elements ?? []).map((e) => run(e, c)))),
  table: (b, c) => el("table", { className: "table" }, ...b.rows.map((row) => el("tr", {},
    ...row.map((cell) => el("td", {}, cell.type === "rich_text" ? block(cell, c) : String(cell.text ?? cell.value)))))),
  alert: (b, c) => el("div", { role: "note" }, textOf(b.text, c.names)),
  input: (b, c) => el(b.element.options && !b.element.type.includes("select") ? "div" : "label", { className: "input" }, b.label.text, b.optional ? " (optional)" : "",
    element(b.element, b, c),
    b.hint && el("div", { className: "small", textContent: b.hint.text }),
    c.view?.errors?.[b.block_id] && el("div", { className: "error", textContent: c.view.errors[b.block_id] })),
};

function run(part, context) {
  if (part.type === "user") return el("b", { textContent: "@" + (context.names[part.user_id] ?? part.user_id) });
  if (part.type === "link") return link(part.url, part.text ?? part.url);
  if (part.elements) return el("div", {}, ...part.elements.map((one) => run(one, context)));
  return document.createTextNode(part.text ?? (part.name ? emoji(part.name) : ""));
}

function markdown(text, names) {
  const out = el("div");
  for (const line of text.split("\n")) {
    const heading = /^#{1,6} (.*)/.exec(line);
    if (heading) out.append(el("div", { className: "header", textContent: heading[1] }));
    else out.append(mrkdwn(line.replace(/\*\*(.+?)\*\*/g, "*$1*") || " ", names));
  }
  return out;
}

// Images are not fetched from outside: the page shows what a screen reader would say. Files of the workspace are shown.
function image(b) {
  const id = b.slack_file?.id ?? /F[A-Z0-9]{8,}/.exec(b.slack_file?.url ?? "")?.[0];
  if (!id) return el("div", { className: "small", textContent: `🖼 ${b.alt_text} (${b.image_url ?? "file"})` });
  const shown = el("img", { src: `/control/files/${id}`, alt: b.alt_text, title: b.alt_text });
  return el("div", { className: "image" }, b.title && el("div", { className: "small", textContent: b.title.text }), shown);
}

// Slack asks first where the app says so.
function sure(e) {
  const ask = e.confirm;
  return !ask || confirm(`${ask.title?.text ?? ""}\n\n${plain(ask.text.text)}\n\nOK: ${ask.confirm.text} · Cancel: ${ask.deny.text}`);
}

function element(e, b, context) {
  if (e.type === "image") return image(e);
  if (e.type === "button" || e.type === "icon_button")
    return el("button", { type: "button", className: `act ${e.style ?? ""}`, textContent: e.text.text,
      onclick: () => sure(e) && context.act(e, b, e.value) });
  if (e.type === "feedback_buttons")
    return el("span", { className: "row" }, ...["positive_button", "negative_button"].map((name) =>
      el("button", { type: "button", className: "act", textContent: e[name].text.text, onclick: () => context.act(e, b, e[name].value) })));
  const made = input(e, b, context);
  made.dataset.place = `${b.block_id}\n${e.action_id}`;
  const acts = b.type !== "input" || b.dispatch_action;
  if (e.placeholder) made.placeholder = e.placeholder.text;
  if (acts) made.addEventListener("change", () => sure(e) && context.act(e, b, valueOf(made)));
  return made;
}

function input(e, b, context) {
  const held = context.view?.state?.values?.[b.block_id]?.[e.action_id] ?? {};
  if (e.type === "plain_text_input" && e.multiline) return el("textarea", { rows: 6, value: held.value ?? "" });
  if (e.type === "file_input") return el("input", { type: "file", multiple: true });
  if (e.type === "checkboxes" || e.type === "radio_buttons") return ticks(e, held, context);
  if (e.options || e.option_groups) return select(e, (e.options ?? e.option_groups.flatMap((g) => g.options))
    .map((o) => [o.value, o.text.text]), held);
  const ids = /users|channels|conversations/.test(e.type);
  if (ids) return select(e, Object.entries(context.names).filter(([id]) => (e.type.includes("users") ? id[0] === "U" : /[CD]/.test(id[0]))), held);
  const kinds = { datepicker: "date", timepicker: "time", number_input: "text", email_text_input: "email", url_text_input: "url" };
  return el("input", { type: kinds[e.type] ?? "text", value: held.value ?? held.selected_date ?? held.selected_time ?? "" });
}

function chosenOf(held) {
  const many = held.selected_options?.map((o) => o.value) ?? held.selected_users ?? held.selected_channels ?? held.selected_conversations;
  return many ?? [held.selected_option?.value ?? held.selected_user ?? held.selected_channel ?? held.selected_conversation];
}

function select(e, options, held) {
  const many = e.type.startsWith("multi_");
  const chosen = chosenOf(held);
  const made = el("select", { multiple: many }, ...(many ? [] : [el("option", { value: "", textContent: "…" })]),
    ...options.map(([value, textContent]) => el("option", { value, textContent, selected: chosen.includes(value) })));
  return made;
}

function ticks(e, held, context) {
  const chosen = chosenOf(held);
  const group = `${e.action_id}-${Math.random()}`;
  return el("span", {}, ...e.options.map((o) => el("label", { className: "row" },
    el("input", { type: e.type === "checkboxes" ? "checkbox" : "radio", name: group, value: o.value, checked: chosen.includes(o.value) }),
    textOf(o.text, context.names))));
}

export function valueOf(made) {
  if (made.tagName === "SPAN") {
    const ticked = [...made.querySelectorAll("input:checked")].map((one) => one.value);
    return made.querySelector("[type=radio]") ? ticked[0] ?? null : ticked;
  }
  if (made.multiple && made.tagName === "SELECT") return [...made.selectedOptions].map((one) => one.value);
  return made.value || null;
}
