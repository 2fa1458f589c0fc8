// What pages do beyond plain HTML: times in the reader's own zone, countdowns, copying, and live verdicts.
// Everything works without it; text from the server is only ever set as text, never as markup.
"use strict";

const VERDICTS = {
  AC: ["✓", gettext("Accepted")],
  WA: ["✗", gettext("Wrong answer")],
  TLE: ["✗", gettext("Time limit exceeded")],
  RTE: ["✗", gettext("Run-time error")],
  MLE: ["✗", gettext("Memory limit exceeded")],
  OLE: ["✗", gettext("Output limit exceeded")],
  CE: ["!", gettext("Compile error")],
  JE: ["!", gettext("Judge error")],
};
const STATES = { queued: gettext("Queued"), compiling: gettext("Compiling"), running: gettext("Running") };

function element(tag, text, className) {
  const made = document.createElement(tag);
  made.textContent = text;
  if (className) made.className = className;
  return made;
}

function verdictBadge(code, sign, words) {
  const badge = element("span", "", `verdict verdict-${code}`);
  const mark = element("span", sign);
  mark.setAttribute("aria-hidden", "true");
  badge.append(mark, ` ${words}`);
  return badge;
}

function localiseTimes(root) {
  // The reader's own habits, where they are of the page's language.
  const own = navigator.languages.find((tag) => tag.split("-")[0] === LANGUAGE) ?? LANGUAGE;
  const format = new Intl.DateTimeFormat(own, {
    year: "numeric", month: "short", day: "numeric", hour: "2-digit", minute: "2-digit", timeZoneName: "short",
  });
  for (const time of root.querySelectorAll("time[datetime]")) {
    time.title = time.dateTime;
    time.textContent = format.format(new Date(time.dateTime));
  }
}

function countDown() {
  for (const clock of document.querySelectorAll("[data-until]")) {
    const left = Math.max(0, Math.floor((Date.parse(clock.dataset.until) - Date.now()) / 1000));
    const units = [["d", Math.floor(left / 86400)], ["h", Math.floor(left / 3600) % 24],
      ["min", Math.floor(left / 60) % 60], ["s", left % 60]];
    while (units.length > 2 && units[0][1] === 0) units.shift();
    clock.textContent = units.slice(0, 2).map(([unit, amount]) => `${amount} ${unit}`).join(" ");
  }
}

function offerCopying(root) {
  if (!navigator.clipboard) return;
  for (const button of root.querySelectorAll("button.copy")) {
    button.hidden = false;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(button.closest(".bar").nextElementSibling.textContent);
      button.textContent = gettext("Copied");
      setTimeout(() => { button.textContent = gettext("Copy"); }, 1500);
    });
  }
}

// Some browsers let no keyboard push sideways what is too wide. What fits is no stop of the tabulator.
const widths = new ResizeObserver((entries) => {
  for (const part of new Set(entries.map((entry) => entry.target.closest(".scroll")))) {
    if (!part) continue;
    if (part.scrollWidth > part.clientWidth) part.tabIndex = 0;
    else part.removeAttribute("tabindex");
  }
});

// Either may change its width: the part with the window, its table with what comes into it.
function letKeysScroll(root) {
  for (const part of root.querySelectorAll(".scroll")) {
    for (const box of [part, ...part.children]) widths.observe(box);
  }
}

// Lists bring themselves up to date by fetching their own page again.
function refresh() {
  const part = document.querySelector("[data-refresh]");
  if (!part) return;
  setTimeout(async () => {
    if (!document.hidden) {
      try {
        const response = await fetch(location.href, { redirect: "error" });
        if (response.ok) {
          const fresh = new DOMParser().parseFromString(await response.text(), "text/html").querySelector("main .scroll");
          if (fresh) {
            localiseTimes(fresh);
            if (fresh.textContent !== part.textContent || part.className !== fresh.className) replacePart(part, fresh);
          }
        }
      } catch (error) {
        // The network is away; the next round tries again.
      }
    }
    refresh();
  }, Number(part.dataset.refresh) * 1000);
}

// Whoever works with the keyboard stays where they are, if it is still there.
function replacePart(part, fresh) {
  const held = part.contains(document.activeElement) ? document.activeElement : null;
  part.replaceWith(fresh);
  letKeysScroll(fresh.parentElement);
  if (!held) return;
  const again = held === part ? fresh : [...fresh.querySelectorAll(held.tagName)].find((one) => one.outerHTML === held.outerHTML);
  if (again) again.focus({ preventScroll: true });
}

class LivePage {
  constructor(section) {
    this.id = section.dataset.submission;
    this.after = section.dataset.after;
    this.title = document.title;
    this.attempt = -1;
    this.total = 0;
    this.find = (name) => document.getElementById(name);
    this.rows = this.find("runs");
    this.isJudge = this.rows.dataset.judge === "yes";
  }

  open() {
    this.source = new EventSource(`/submissions/${this.id}/events?after=${this.after}`);
    for (const kind of ["judging", "place", "run", "verdict"]) {
      this.source.addEventListener(kind, (event) => this[kind](JSON.parse(event.data)));
    }
    // Browsers come back after a lost connection, but not after a refusal: then too many pages were open.
    this.source.addEventListener("error", () => {
      if (this.source.readyState === EventSource.CLOSED) setTimeout(() => this.open(), 30000);
    });
  }

  // A new attempt, or an earlier state than running, means that what was shown so far no longer holds.
  judging({ state, attempt, tests_total }) {
    if (state !== "running" || attempt > this.attempt) this.startAfresh();
    this.attempt = attempt;
    if (tests_total) this.total = tests_total;
    if (state !== "queued") this.place({ words: "" });
    if (this.total) this.find("progress").max = this.total;
    this.say(verdictBadge("pending", "…", STATES[state] || gettext("Being judged")));
  }

  // Beside the verdict's line, which screen readers read aloud: a place changes often.
  place({ words }) {
    this.find("place").textContent = words;
  }

  startAfresh() {
    this.rows.replaceChildren();
    this.find("tests").hidden = true;
    this.find("compile").hidden = true;
    this.find("usage").textContent = "";
    this.find("score").textContent = "";
    this.find("progress").hidden = false;
    if (this.total) this.find("progress").value = 0;
    this.find("verdict-box").dataset.verdict = "";
  }

  run(run) {
    if (run.attempt < this.attempt) return;
    const row = document.createElement("tr");
    row.dataset.ordinal = run.ordinal;
    const number = element("th", run.ordinal, "number");
    number.scope = "row";
    const verdict = document.createElement("td");
    verdict.append(verdictBadge(run.verdict, ...(VERDICTS[run.verdict] || ["", run.verdict])));
    row.append(number, verdict, element("td", seconds(run.cpu_us), "number"),
      element("td", mebibytes(run.memory_bytes), "number"), this.remarks(run));
    if (this.isJudge) {
      const name = document.createElement("td");
      name.append(element("code", run.testcase || ""));
      row.append(name, element("td", "", "message"));
    }
    this.put(row, run.ordinal);
    this.find("tests").hidden = false;
    const judged = this.rows.children.length;
    if (this.total) this.find("progress").value = judged;
    this.say(verdictBadge("pending", "…", this.total
      ? gettext("Running, %(judged)s of %(total)s tests", { judged, total: this.total }) : gettext("Running")));
  }

  remarks({ reason, score, team_message }) {
    const cell = element("td", [reason, points(score)].filter(Boolean).join(" "));
    if (team_message) cell.append(element("span", team_message, "team-message"));
    return cell;
  }

  // Tests may end out of order; the table keeps theirs.
  put(row, ordinal) {
    for (const other of this.rows.children) {
      if (Number(other.dataset.ordinal) === ordinal) return other.replaceWith(row);
      if (Number(other.dataset.ordinal) > ordinal) return other.before(row);
    }
    return this.rows.append(row);
  }

  verdict(end) {
    if (end.attempt < this.attempt) return;
    this.source.close();
    this.place({ words: "" });
    // A contest may keep verdicts to itself.
    const [sign, words] = end.verdict ? VERDICTS[end.verdict] || ["", end.verdict] : ["●", gettext("Judged")];
    this.say(verdictBadge(end.verdict || "pending", sign, words));
    this.find("verdict-box").dataset.verdict = end.verdict || "";
    this.find("progress").hidden = true;
    this.find("score").textContent = points(end.score);
    if (end.score != null) this.showParts();
    if (end.compile_output) {
      this.find("compile-output").textContent = end.compile_output;
      this.find("compile").hidden = false;
    }
    if (end.slowest_cpu_us != null && !["CE", "JE"].includes(end.verdict)) {
      this.find("usage").textContent = gettext("slowest test %(time)s, peak memory %(memory)s",
        { time: seconds(end.slowest_cpu_us), memory: mebibytes(end.peak_memory_bytes) });
    }
    document.title = `${words} – ${this.title}`;
  }

  // Scores of groups come with the page: they are few, and known only now.
  async showParts() {
    try {
      const response = await fetch(location.href, { redirect: "error" });
      const page = new DOMParser().parseFromString(await response.text(), "text/html");
      const parts = page.getElementById("parts");
      if (response.ok && parts) this.find("parts").replaceWith(parts);
    } catch (error) {
      // The network is away; the next load shows them.
    }
  }

  // Told only when it changes: a screen reader reads each change aloud.
  say(badge) {
    const line = this.find("verdict");
    if (line.textContent !== badge.textContent) line.replaceChildren(badge);
  }
}

function seconds(us) {
  return us == null ? "" : `${decimal(us / 1e6, 3)} s`;
}

function points(score) {
  if (score == null) return "";
  if (score === 1) return gettext("1 point");
  return gettext("%(score)s points", { score: score.toLocaleString(LANGUAGE, { maximumSignificantDigits: 6, useGrouping: false }) });
}

function mebibytes(bytes) {
  if (bytes == null) return "";
  const size = bytes / 1048576;
  return size < 100 ? `${decimal(size, 1)} MiB` : `${Math.floor(size)} MiB`;
}

localiseTimes(document);
offerCopying(document);
letKeysScroll(document);
countDown();
setInterval(countDown, 1000);
refresh();
const section = document.getElementById("live");
if (section && section.dataset.done === "no") new LivePage(section).open();
