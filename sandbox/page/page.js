// The page speaks the control API (README.md) and nothing else.
import { block, el, emoji, mrkdwn, valueOf } from "/page/blocks.js";

const at = (id) => document.getElementById(id);
const QUICK = ["+1", "-1", "pencil2", "no_entry_sign", "dart", "robot_face", "star", "rotating_light"];
let space, names = {}, me = localStorage.me ?? "U0STEWARD", place = "C0CONTENT", threadTs = null, drawnView = "", noticeTimer;

async function look(verb, query = {}) {
  return (await fetch(`/control/${verb}?${new URLSearchParams(query)}`)).json();
}

async function act(verb, body) {
  const answer = await (await fetch(`/control/${verb}`, { method: "POST", body: JSON.stringify({ user: me, ...body }) })).json();
  if (answer.error === "invalid_input") tell(missing(answer.detail));
  else if (!answer.ok) tell(answer.detail || answer.error);
  else if (answer.notice) tell(`The app failed: ${answer.notice}`);
  await draw();
  return answer;
}

// {'handle': 'missing_required_input'} with the labels a person sees.
function missing(detail) {
  const input = (id) => [...document.querySelectorAll("#modal [data-place]")].find((one) => one.dataset.place.startsWith(`${id}\n`));
  return [...detail.matchAll(/'([^']+)': '([^']+)'/g)]
    .map(([, id, why]) => `${input(id)?.parentElement.firstChild.textContent ?? id}: ${why.replaceAll("_", " ")}`).join(" · ");
}

function tell(text) {
  at("notice").textContent = text;
  at("notice").hidden = false;
  clearTimeout(noticeTimer);
  noticeTimer = setTimeout(() => { at("notice").hidden = true; }, 5000);
}

async function upload(file, where = {}) {
  const query = new URLSearchParams({ user: me, name: file.name, ...where });
  const answer = await (await fetch(`/control/files?${query}`, { method: "POST", body: file })).json();
  if (!answer.ok) tell(answer.detail || answer.error);
  return answer.file?.id;
}

async function start() {
  space = await look("workspace");
  names = Object.fromEntries(space.members.map((one) => [one.id, one.name]));
  for (const one of space.usergroups) names[one.id] = one.handle;
  const people = space.members.filter((one) => !one.is_bot && !one.deleted);
  at("member").replaceChildren(...people.map((one) => el("option", { value: one.id, textContent: one.real_name, selected: one.id === me })));
  at("member").onchange = () => { me = localStorage.me = at("member").value; threadTs = null; drawnView = ""; draw(); };
  at("close-thread").onclick = () => { threadTs = null; draw(); };
  at("compose").append(composer(() => ({})));
  at("reply").append(composer(() => ({ thread_ts: threadTs })));
  await draw();
  follow();
}

async function follow() {
  const newest = async () => (await look("feed", { after: 1e9 })).seq;
  try {
    for (let after = await newest(); ;) {
      const news = await look("wait", { after, timeout: 20 });
      if (!news.ok) continue;
      after = await newest(); // A burst is drawn once.
      await draw();
    }
  } catch {
    tell("The sandbox does not answer.");
    const back = () => look("workspace").then(() => location.reload(), () => setTimeout(back, 1000));
    back();
  }
}

// One at a time and in order: an older answer never lies over a newer one.
let drawing = Promise.resolve();
const draw = () => (drawing = drawing.catch(() => {}).then(drawNow));

async function drawNow() {
  const channels = (await look("channels", { user: me })).channels;
  for (const one of channels) names[one.id] = one.name ?? "the app";
  at("places").replaceChildren(
    ...channels.filter((one) => one.name).map((one) => placeButton(one.id, "# " + one.name)),
    placeButton("dm", "✉ " + appName()), placeButton("home", "⌂ App Home"),
    ...space.shortcuts.filter((one) => one.type === "global").map((one) =>
      el("button", { type: "button", textContent: "⚡ " + one.name, onclick: () => act("shortcut", { callback_id: one.callback_id }) })));
  at("title").textContent = place === "home" ? "App Home" : place === "dm" ? appName() : "# " + (names[place] ?? place);
  at("compose").hidden = place === "home";
  const shown = await look("views", { user: me });
  if (place === "home") drawHome(shown.home);
  else await drawMessages();
  drawModal(shown.views.at(-1));
}

const appName = () => space.members.find((one) => one.id === space.app.bot_user_id).real_name;

function placeButton(id, textContent) {
  const made = el("button", { type: "button", textContent, onclick: () => { place = id; threadTs = null; id === "home" ? act("home", {}) : draw(); } });
  made.setAttribute("aria-current", String(id === place));
  return made;
}

async function drawMessages() {
  const found = (await look("messages", { channel: place, user: me })).messages ?? [];
  const top = found.filter((one) => !one.thread_ts || one.thread_ts === one.ts || one.subtype === "thread_broadcast");
  at("thread").hidden = !threadTs;
  fillList(at("messages"), place, top);
  fillList(at("replies"), threadTs, found.filter((one) => threadTs && [one.ts, one.thread_ts].includes(threadTs)));
}

// Messages that did not change keep their elements, so that an open menu or a focus survives news.
function fillList(list, shown, found) {
  const last = list.lastChild?.ts ?? "";
  const isNew = list.shown !== `${me} ${shown}`;
  list.shown = `${me} ${shown}`;
  const atEnd = isNew || list.scrollHeight - list.scrollTop - list.clientHeight < 40;
  const keys = found.map((one) => JSON.stringify([me, one]));
  for (const old of [...list.children]) if (isNew || !keys.includes(old.key)) old.remove();
  found.forEach((one, n) => {
    if (list.children[n]?.key === keys[n]) return;
    list.insertBefore(Object.assign(message(one), { key: keys[n], ts: one.ts }), list.children[n] ?? null);
  });
  while (list.children.length > found.length) list.lastChild.remove();
  const newest = found.at(-1);
  const forMe = newest && newest.ts > last && (newest.is_ephemeral || newest.user === me);
  if (atEnd || forMe) list.scrollTop = list.scrollHeight;
}

function message(one) {
  const where = { channel: one.channel, ts: one.ts };
  const context = { names, act: (e, b, value) => act("press", { ...where, action_id: e.action_id, block_id: b.block_id, value }) };
  const body = one.blocks?.length && one.blocks[0].type !== "rich_text" ? one.blocks.map((b) => block(b, context)) : [mrkdwn(one.text, names)];
  const time = new Date(Number(one.ts) * 1000).toLocaleTimeString();
  return el("div", { className: "message" + (one.is_ephemeral ? " ephemeral" : "") },
    el("span", { className: "who", textContent: names[one.user] ?? one.user }),
    el("span", { className: "small", textContent: time + (one.edited ? " (edited)" : "") + (one.is_ephemeral ? " · only visible to you" : "") }),
    ...body,
    ...(one.files ?? []).map((f) => el("div", {}, el("a", { href: `/control/files/${f.id}`, textContent: `📄 ${f.name ?? "deleted file"}` }))),
    one.is_ephemeral ? null : tools(one, where));
}

function tools(one, where) {
  const row = el("div", { className: "row" });
  for (const r of one.reactions ?? []) {
    const mine = r.users.includes(me);
    row.append(el("button", { type: "button", className: "tool", textContent: `${emoji(r.name)} ${r.count}`, title: r.users.map((u) => names[u]).join(", "),
      onclick: () => act(mine ? "unreact" : "react", { ...where, name: r.name }) }));
  }
  const options = [["", "⋯"], ["thread", "Reply in thread"], ...QUICK.map((n) => ["+" + n, "React " + emoji(n)]),
    ...space.shortcuts.filter((s) => s.type === "message").map((s) => ["!" + s.callback_id, s.name]), ["edit", "Edit"], ["delete", "Delete"]];
  const menu = el("select", { className: "tool", title: "More", onchange: () => chosen(menu.value, one, where) },
    ...options.map(([value, textContent]) => el("option", { value, textContent })));
  row.append(el("button", { type: "button", className: "tool", textContent: one.reply_count ? `💬 ${one.reply_count}` : "💬", title: "Thread",
    onclick: () => chosen("thread", one, where) }), menu);
  return row;
}

function chosen(what, one, where) {
  if (what === "thread") { threadTs = one.thread_ts ?? one.ts; return draw(); }
  if (what[0] === "+") return act("react", { ...where, name: what.slice(1) });
  if (what[0] === "!") return act("shortcut", { ...where, callback_id: what.slice(1) });
  if (what === "delete") return act("delete", where);
  const text = what === "edit" && prompt("Edit", one.text);
  return text ? act("edit", { ...where, text }) : draw();
}

function composer(extra) {
  const area = el("textarea", { placeholder: "Message, or /voice …", title: "Message" });
  const picker = el("input", { type: "file", multiple: true, hidden: true });
  const drop = async (files) => { for (const one of files) await upload(one, { channel: place, ...extra() }); draw(); };
  const send = () => {
    const text = area.value.trim();
    area.value = "";
    if (!text) return;
    const [, command, rest] = /^(\/\S+)\s*([\s\S]*)$/.exec(text) ?? [];
    act(command ? "command" : "post", command ? { channel: place, command, text: rest, ...extra() } : { channel: place, text, ...extra() });
  };
  area.onkeydown = (event) => { if (event.key === "Enter" && !event.shiftKey) { event.preventDefault(); send(); } };
  picker.onchange = () => drop(picker.files);
  const box = el("div", { className: "compose" }, area, picker,
    el("button", { type: "button", className: "act", textContent: "File", onclick: () => picker.click() }),
    el("button", { type: "button", className: "act primary", textContent: "Send", onclick: send }));
  box.ondragover = (event) => { event.preventDefault(); box.classList.add("dropping"); };
  box.ondragleave = () => box.classList.remove("dropping");
  box.ondrop = (event) => { event.preventDefault(); box.classList.remove("dropping"); drop(event.dataTransfer.files); };
  return box;
}

function drawHome(home) {
  const context = { names, view: home, act: (e, b, value) => act("press", { view_id: home.id, action_id: e.action_id, block_id: b.block_id, value }) };
  at("messages").shown = "";
  at("messages").replaceChildren(...(home ? home.blocks.map((b) => block(b, context)) : [el("p", { textContent: "Nothing published yet." })]));
  at("thread").hidden = true;
}

function drawModal(view) {
  const key = view ? JSON.stringify([view.id, view.hash, view.errors, view.notice]) : "";
  if (key === drawnView) return;
  drawnView = key;
  at("modal").hidden = !view;
  if (!view) return at("modal").replaceChildren();
  const press = async (e, b, value) => act("press", { view_id: view.id, action_id: e.action_id, block_id: b.block_id, value, state: await values(at("modal"), e.action_id) });
  const context = { names, view, act: press };
  at("modal").replaceChildren(el("div", { className: "sheet" },
    el("div", { className: "header", textContent: view.title.text }),
    ...view.blocks.map((b) => block(b, context)),
    view.notice ? el("div", { className: "error", textContent: "We had some trouble connecting. Try again?" }) : null,
    el("div", { className: "row" },
      el("button", { type: "button", className: "act", textContent: view.close?.text ?? "Cancel", onclick: () => act("close", { view_id: view.id }) }),
      view.submit ? el("button", { type: "button", className: "act primary", textContent: view.submit.text,
        onclick: async () => act("submit", { view_id: view.id, values: await values(at("modal")) }) }) : null)));
}

async function values(root, except = "") {
  const found = {};
  for (const made of root.querySelectorAll("[data-place]")) {
    const [blockId, actionId] = made.dataset.place.split("\n");
    if (actionId === except) continue;
    const value = made.type === "file" ? await Promise.all([...made.files].map((f) => upload(f))) : valueOf(made);
    (found[blockId] ??= {})[actionId] = value;
  }
  return found;
}

start();
