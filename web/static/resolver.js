// The ceremony: from the bottom of the frozen scoreboard up, each try that was kept back is pointed at, then revealed, and
// its team moves to where it belongs. A team with nothing left to reveal has its final place.
"use strict";

const WAITS = "pending";

class Scores {
  constructor({ scoring, problems, teams }) {
    this.scoring = scoring;
    this.labels = problems.map((problem) => problem.label);
    this.teams = teams.map((team) => ({ ...team, revealed: new Set(), isFinal: false }));
    this.order = this.sorted();
    this.place = this.order.length - 1;
    this.aim = null;
    this.past = [];
  }

  cell(team, label) {
    const both = team.cells[label];
    return both && ((team.revealed.has(label) && both.whole) || both.seen);
  }

  total(team) {
    const cells = this.labels.map((label) => this.cell(team, label)).filter(Boolean);
    const sum = (name) => cells.reduce((all, cell) => all + cell[name], 0);
    const most = (name) => cells.reduce((all, cell) => Math.max(all, cell[name]), 0);
    return {
      score: Math.round(sum("score") * 1e9) / 1e9,
      penalty: sum("cost_s") + (this.scoring === "atcoder" ? most("seconds") : 0),
      last: this.scoring === "icpc" ? most("last") : 0,
    };
  }

  // Teams come in the order in which equals stand, and sorting keeps it.
  sorted() {
    for (const team of this.teams) team.total = this.total(team);
    const order = [...this.teams].sort((a, b) => this.compare(a.total, b.total));
    order.forEach((team, index) => {
      const above = order[index - 1];
      team.rank = above && this.compare(above.total, team.total) === 0 ? above.rank : index + 1;
    });
    return order;
  }

  compare(a, b) {
    return b.score - a.score || a.penalty - b.penalty || a.last - b.last;
  }

  hidden(team) {
    return this.labels.filter((label) => team.cells[label]?.seen.pending && !team.revealed.has(label));
  }

  get left() {
    return this.teams.reduce((all, team) => all + this.hidden(team).length, 0);
  }

  // One step; what happened, or null at the end.
  next() {
    if (this.place < 0) return null;
    const team = this.order[this.place];
    if (this.aim) return this.reveal(team, this.aim);
    const [label] = this.hidden(team);
    if (label) {
      this.past.push({ kind: "aim" });
      this.aim = label;
      return { kind: "aim", team, label };
    }
    this.past.push({ kind: "final", team });
    team.isFinal = true;
    this.place -= 1;
    return { kind: "final", team };
  }

  reveal(team, label) {
    this.past.push({ kind: "reveal", team, label });
    this.aim = null;
    team.revealed.add(label);
    this.order = this.sorted();
    return { kind: "reveal", team, label };
  }

  back() {
    const step = this.past.pop();
    if (!step) return;
    if (step.kind === "aim") this.aim = null;
    if (step.kind === "final") {
      step.team.isFinal = false;
      this.place += 1;
    }
    if (step.kind === "reveal") {
      step.team.revealed.delete(step.label);
      this.order = this.sorted();
      this.aim = step.label;
    }
  }
}

class Ceremony {
  constructor(root, scores) {
    this.root = root;
    this.scores = scores;
    this.body = root.querySelector("tbody");
    this.rows = new Map(scores.teams.map((team) => [team, this.row(team)]));
    root.querySelector("thead").append(this.head());
    root.hidden = false;
    this.show(false);
    this.find("next").addEventListener("click", () => this.next());
    this.find("back").addEventListener("click", () => this.back());
    document.addEventListener("keydown", (event) => this.key(event));
  }

  find(name) {
    return document.getElementById(`resolver-${name}`);
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    // On a button or a link the space bar does what it does there.
    const isFree = !event.target.closest("a, button, input, select");
    if (event.key === "ArrowRight" || (event.key === " " && isFree)) this.next();
    else if (event.key === "ArrowLeft") this.back();
    else return;
    event.preventDefault();
  }

  next() {
    const step = this.scores.next();
    this.show(step?.kind === "reveal");
    this.say(step);
  }

  back() {
    this.scores.back();
    this.show(false);
    this.find("said").textContent = "";
  }

  say(step) {
    const { name, rank } = step?.team ?? {};
    const problem = step?.label;
    const words = {
      aim: () => gettext("%(name)s, problem %(problem)s", { name, problem }),
      reveal: () => (this.scores.cell(step.team, problem).score
        ? gettext("%(name)s, problem %(problem)s: solved, place %(rank)s", { name, problem, rank })
        : gettext("%(name)s, problem %(problem)s: not solved", { name, problem })),
      final: () => gettext("Place %(rank)s: %(name)s", { rank, name }),
    };
    this.find("said").textContent = step ? words[step.kind]() : gettext("These are the final standings.");
  }

  head() {
    const head = document.createElement("tr");
    const hasPenalty = this.scores.scoring !== "ioi";
    const names = [gettext("Rank"), gettext("Contestant"), gettext("Total"), ...(hasPenalty ? [gettext("Penalty")] : [])];
    for (const name of [...names, ...this.scores.labels]) {
      const isNumber = [gettext("Rank"), gettext("Total"), gettext("Penalty")].includes(name);
      const cell = element("th", name, this.scores.labels.includes(name) ? "cell" : isNumber ? "number" : "");
      cell.scope = "col";
      head.append(cell);
    }
    return head;
  }

  row(team) {
    const row = document.createElement("tr");
    const name = document.createElement("th");
    name.scope = "row";
    name.append(element("bdi", team.name));
    if (team.group) name.append(element("small", team.group, "muted"));
    row.append(element("td", "", "number"), name, element("td", "", "number"));
    if (this.scores.scoring !== "ioi") row.append(element("td", "", "number"));
    for (const label of this.scores.labels) {
      const cell = element("td", "", "cell");
      cell.dataset.label = label;
      row.append(cell);
    }
    return row;
  }

  // Bring the table to what the scores say; with motion, rows slide to their new places.
  show(moves) {
    const { scores } = this;
    const slides = moves && !matchMedia("(prefers-reduced-motion: reduce)").matches;
    const before = slides ? this.tops() : null;
    scores.order.forEach((team, index) => {
      const row = this.rows.get(team);
      this.fill(team, row);
      if (this.body.children[index] !== row) this.body.insertBefore(row, this.body.children[index] ?? null);
    });
    this.find("left").textContent = gettext("%(left)s left to reveal", { left: scores.left });
    this.find("back").disabled = !scores.past.length;
    this.find("next").disabled = scores.place < 0;
    const present = this.rows.get(scores.order[Math.max(0, scores.place)]);
    present?.scrollIntoView({ block: "center" });
    if (before) this.slide(before);
  }

  fill(team, row) {
    const { scores } = this;
    const isPresent = scores.order[scores.place] === team;
    row.className = [isPresent && "present", team.isFinal && "final"].filter(Boolean).join(" ");
    const { score, penalty } = team.total;
    row.cells[0].textContent = team.rank;
    row.cells[2].textContent = Math.round(score * 100) / 100;
    if (scores.scoring !== "ioi") row.cells[3].textContent = Math.floor(penalty / 60);
    for (const cell of row.querySelectorAll("[data-label]")) {
      const { label } = cell.dataset;
      this.fillCell(cell, scores.cell(team, label), isPresent && scores.aim === label);
    }
  }

  fillCell(cell, value, isAimed) {
    const shown = this.shown(value);
    cell.className = ["cell", shown.kind, isAimed && "aimed"].filter(Boolean).join(" ");
    cell.replaceChildren();
    if (!shown.text) return;
    cell.append(element("span", `${shown.words}, `, "hidden"), element("span", shown.text, "tries"));
    if (shown.small) cell.append(element("small", shown.small));
  }

  shown(value) {
    if (!value) return {};
    const isSolved = this.scores.scoring === "icpc" ? value.score : value.is_accepted;
    if (value.pending) {
      const small = value.score && this.scores.scoring !== "icpc" ? value.score : value.tries ? `−${value.tries}` : "";
      return { kind: WAITS, words: gettext("pending"), text: `?${value.pending}`, small };
    }
    if (value.score) {
      const text = this.scores.scoring === "icpc" ? `+${value.tries || ""}` : Math.round(value.score * 100) / 100;
      const small = this.scores.scoring === "ioi" ? "" : value.minutes;
      return { kind: isSolved ? "solved" : "partial", words: gettext("solved"), text, small };
    }
    return value.tries ? { kind: "rejected", words: gettext("rejected"), text: `−${value.tries}` } : {};
  }

  tops() {
    return new Map([...this.body.children].map((row) => [row, row.getBoundingClientRect().top + window.scrollY]));
  }

  slide(before) {
    for (const row of this.body.children) {
      const moved = before.get(row) - (row.getBoundingClientRect().top + window.scrollY);
      if (moved) {
        row.animate([{ transform: `translateY(${moved}px)` }, { transform: "none" }], { duration: 700, easing: "ease-in-out" });
      }
    }
  }
}

async function begin(root) {
  try {
    const response = await fetch(root.dataset.source, { redirect: "error" });
    if (!response.ok) throw new Error(response.statusText);
    new Ceremony(root, new Scores(await response.json()));
  } catch (error) {
    root.replaceChildren(element("p", gettext("The scores could not be loaded; reload the page."), "error"));
    root.hidden = false;
  }
}

const resolver = document.getElementById("resolver");
if (resolver) begin(resolver);
