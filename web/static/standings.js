// A scoreboard that keeps itself up to date: told that something changed, it fetches its own page and takes the table.
"use strict";

class LiveBoard {
  constructor(board) {
    this.board = board;
    this.isFetching = false;
    this.isStale = false;
    document.addEventListener("visibilitychange", () => this.catchUp());
  }

  open() {
    this.source = new EventSource(`${this.board.dataset.events}?after=${this.board.dataset.version}`);
    this.source.addEventListener("changed", () => {
      this.isStale = true;
      this.catchUp();
    });
    // Browsers come back after a lost connection, but not after a refusal: then too many pages were open.
    this.source.addEventListener("error", () => {
      if (this.source.readyState === EventSource.CLOSED) setTimeout(() => this.open(), 30000);
    });
  }

  // A page that nobody looks at fetches nothing before somebody does.
  async catchUp() {
    if (this.isFetching || !this.isStale || document.hidden) return;
    this.isFetching = true;
    this.isStale = false;
    try {
      const response = await fetch(location.href, { redirect: "error" });
      if (response.ok) this.show(await response.text());
    } catch (error) {
      // The network is away; the event source comes back with it, and tells of the change again.
      this.isStale = true;
    }
    this.isFetching = false;
    if (this.isStale) setTimeout(() => this.catchUp(), 5000);
  }

  show(text) {
    const fresh = new DOMParser().parseFromString(text, "text/html").getElementById("board");
    if (!fresh) return;
    const scrolled = this.board.querySelector(".scroll")?.scrollLeft || 0;
    const focused = this.board.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
    this.board.replaceChildren(...fresh.childNodes);
    localiseTimes(this.board);
    letKeysScroll(this.board);
    const scroll = this.board.querySelector(".scroll");
    if (scroll) scroll.scrollLeft = scrolled;
    if (focused) this.board.querySelector(`a[href="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
  }
}

const board = document.getElementById("board");
if (board) new LiveBoard(board).open();
