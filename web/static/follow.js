// A part of a page that follows something: told that it has changed, it is fetched again with the rest of the page.
"use strict";

class Follower {
  constructor(part) {
    this.id = part.id;
    this.source = new EventSource(part.dataset.follow);
    this.source.addEventListener("changed", () => this.fetch());
    // Whoever comes back to a page that was in the background sees it as it is.
    this.look = () => { if (!document.hidden && this.isStale) this.fetch(); };
    document.addEventListener("visibilitychange", this.look);
  }

  async fetch() {
    this.isStale = document.hidden;
    if (this.isStale) return;
    try {
      const response = await fetch(location.href, { redirect: "error" });
      if (response.ok) this.show(new DOMParser().parseFromString(await response.text(), "text/html"));
    } catch (error) {
      // The network is away; the next word of a change tries again.
    }
  }

  show(page) {
    const part = document.getElementById(this.id);
    const fresh = page.getElementById(this.id);
    if (!fresh) return;
    localiseTimes(fresh);
    const places = [...part.querySelectorAll(".scroll")].map((box) => box.scrollLeft);
    const focus = document.activeElement && part.contains(document.activeElement) ? document.activeElement.id : "";
    part.replaceWith(fresh);
    letKeysScroll(fresh);
    fresh.querySelectorAll(".scroll").forEach((box, index) => { box.scrollLeft = places[index] ?? 0; });
    if (focus) document.getElementById(focus)?.focus();
    if (!fresh.dataset.follow) this.end();
  }

  end() {
    this.source.close();
    document.removeEventListener("visibilitychange", this.look);
  }
}

for (const part of document.querySelectorAll("[data-follow]")) new Follower(part);
