"use strict";
// Sends files in pieces of a megabyte: proxies take that much by default, and no more is lost when a connection breaks.
const SLICE = 1000000;
const TRIES = 8;
const base = location.pathname.replace(/\/$/, "");
const list = document.getElementById("list");
const input = document.getElementById("files");
const drop = document.getElementById("drop");
const wait = (seconds) => new Promise((done) => setTimeout(done, seconds * 1000));

input.addEventListener("change", () => { take(input.files); input.value = ""; });
drop.addEventListener("dragover", (event) => { event.preventDefault(); drop.classList.add("over"); });
drop.addEventListener("dragleave", () => drop.classList.remove("over"));
drop.addEventListener("drop", (event) => { event.preventDefault(); drop.classList.remove("over"); take(event.dataTransfer.files); });
// A file let go beside the field must not replace the page.
for (const kind of ["dragover", "drop"]) window.addEventListener(kind, (event) => event.preventDefault());

let queue = Promise.resolve();
function take(files) {
  for (const file of files) {
    const row = new Row(file);
    queue = queue.then(() => send(file, row)).catch((error) => row.fail(error.message));
  }
}

class Row {
  constructor(file) {
    const item = document.createElement("li");
    const name = document.createElement("div");
    name.textContent = file.name;
    this.bar = document.createElement("progress");
    this.bar.max = file.size || 1;
    this.bar.value = 0;
    this.bar.setAttribute("aria-label", file.name);
    this.words = document.createElement("div");
    this.words.className = "quiet";
    this.words.textContent = "waiting";
    item.append(name, this.bar, this.words);
    list.append(item);
  }
  at(offset, words) { this.bar.value = offset; this.say(words || `${Math.floor(100 * offset / this.bar.max)} %`, "quiet"); }
  say(words, look) { this.words.textContent = words; this.words.className = look; }
  fail(words) { this.say(words, "bad"); }
}

async function send(file, row) {
  if (file.size > Number(input.dataset.limit)) throw new Error("This file is too big for me. Split it, one year at a time.");
  const mark = `${base}|${file.name}|${file.size}|${file.lastModified}`;
  let url = localStorage.getItem(mark);
  let offset = url ? await known(url) : null;
  if (offset === null) {
    url = await begin(file);
    localStorage.setItem(mark, url);
    offset = 0;
  }
  // Also when all bytes are there: a piece of nothing has a file counted in that was complete when the bot stopped.
  do {
    const size = Math.min(SLICE, file.size - offset);
    offset = await piece(url, file.slice(offset, offset + size), offset, row);
    row.at(offset);
  } while (offset < file.size);
  localStorage.removeItem(mark);
  await outcome(url, row);
}

async function known(url) {
  const answer = await asked(url, { method: "HEAD" });
  return answer.ok ? Number(answer.headers.get("Upload-Offset")) : null;
}

async function begin(file) {
  const name = btoa(String.fromCharCode(...new TextEncoder().encode(file.name)));
  const headers = { "Tus-Resumable": "1.0.0", "Upload-Length": String(file.size), "Upload-Metadata": `filename ${name}` };
  const answer = await asked(`${base}/files`, { method: "POST", headers });
  if (!answer.ok) throw new Error(await answer.text());
  return answer.headers.get("Location");
}

async function piece(url, blob, offset, row) {
  const headers = { "Tus-Resumable": "1.0.0", "Upload-Offset": String(offset), "Content-Type": "application/offset+octet-stream" };
  for (let turn = 1; ; turn += 1) {
    let answer;
    try {
      answer = await fetch(url, { method: "PATCH", headers, body: blob });
    } catch {
      answer = null;
    }
    if (answer && answer.ok) return Number(answer.headers.get("Upload-Offset"));
    if (answer && answer.status === 409 && answer.headers.has("Upload-Offset")) return Number(answer.headers.get("Upload-Offset"));
    const passing = !answer || [423, 429, 500, 502, 503, 504].includes(answer.status);
    if (!passing || turn >= TRIES) throw new Error(answer ? await answer.text() : "The connection is gone. Choose the file again; it goes on from here.");
    row.at(offset, "waiting for the connection …");
    await wait(Math.min(30, 2 ** turn / 2));
    const there = await known(url).catch(() => null);
    if (there !== null && there !== offset) return there;
  }
}

async function asked(url, options) {
  for (let turn = 1; ; turn += 1) {
    try {
      const answer = await fetch(url, options);
      if (answer.status !== 429 || turn >= TRIES) return answer;
    } catch (error) {
      if (turn >= TRIES) throw new Error("The connection is gone. Try again in a moment.");
    }
    await wait(Math.min(30, 2 ** turn / 2));
  }
}

async function outcome(url, row) {
  row.say("Here. I'm reading it …", "good");
  for (let turn = 0; turn < 60; turn += 1) {
    const standing = await (await asked(url, {})).json();
    if (standing.state === "read") return row.say(`Read to the end: ${standing.texts.toLocaleString()} texts. The thread in Slack has the report.`, "good");
    if (standing.state === "refused") return row.fail(standing.sentence || "I couldn't use this file. The thread in Slack says why.");
    await wait(turn < 5 ? 0.5 : 2);
  }
  row.say("Here. It takes a while to read; the thread in Slack has the report when I'm done.", "good");
}
