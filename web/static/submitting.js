// The form to submit with, beyond plain HTML: a draft that survives, files dropped on it, the language by a file's name.
// A draft stays in this browser, for each account and problem, until a submission with the same text is seen.
"use strict";

const DRAFT = "draft/";
const DRAFT_KEPT_MS = 30 * 24 * 3600 * 1000;
// Browsers keep some five million characters of a site in all.
const DRAFT_CHARS = 500_000;
const SAVE_MS = 300;

function readDraft(key) {
  try {
    const draft = JSON.parse(localStorage.getItem(DRAFT + key) ?? "null");
    return draft && Date.now() - draft.at < DRAFT_KEPT_MS ? draft : null;
  } catch (error) {
    return null;  // No storage, or something else's.
  }
}

function writeDraft(key, source, language, given) {
  try {
    if (source.trim() && source.length + given.length <= DRAFT_CHARS) {
      localStorage.setItem(DRAFT + key, JSON.stringify({ source, language, given, at: Date.now() }));
    } else {
      localStorage.removeItem(DRAFT + key);
    }
  } catch (error) {
    // No storage, or it is full: then there is no draft.
  }
}

function forgetOldDrafts() {
  try {
    for (const name of Object.keys(localStorage)) {
      if (name.startsWith(DRAFT) && !readDraft(name.slice(DRAFT.length))) localStorage.removeItem(name);
    }
  } catch (error) {
    // No storage.
  }
}

class Submitting {
  constructor(form) {
    this.form = form;
    this.key = form.dataset.draft;
    this.guesses = JSON.parse(form.dataset.guesses);
    this.find = (name) => document.getElementById(name);
    this.files = this.find("files");
    this.source = this.find("source");
    this.language = this.find("language");
    // There is none where no program is run on it.
    this.given = this.find("input");
    this.takeFiles();
    if (this.source) this.keepDraft();
    this.fillFilesAgain();
  }

  keepDraft() {
    const draft = readDraft(this.key);
    if (!this.source.value && draft) {
      this.source.value = draft.source;
      if ([...this.language.options].some((option) => option.value === draft.language)) this.language.value = draft.language;
      if (this.given) this.given.value ||= draft.given ?? "";
      this.find("draft-hint").hidden = false;
    }
    let saving = 0;
    const save = () => writeDraft(this.key, this.source.value, this.language.value, this.given?.value ?? "");
    const saveSoon = () => {
      clearTimeout(saving);
      saving = setTimeout(save, SAVE_MS);
    };
    this.source.addEventListener("input", saveSoon);
    this.given?.addEventListener("input", saveSoon);
    this.language.addEventListener("change", saveSoon);
    addEventListener("pagehide", save);
    this.find("no-draft").addEventListener("click", () => {
      this.source.value = "";
      save();
      this.find("draft-hint").hidden = true;
      this.source.focus();
    });
  }

  takeFiles() {
    this.files.addEventListener("change", () => this.showFiles());
    this.language?.addEventListener("change", () => this.showFiles());
    this.find("no-files")?.addEventListener("click", () => {
      this.files.value = "";
      this.showFiles();
      this.files.focus();
    });
    const area = this.form.closest(".submit");
    const mark = (event, isOver) => {
      if (![...event.dataTransfer.types].includes("Files")) return;
      event.preventDefault();
      area.classList.toggle("dropping", isOver);
    };
    area.addEventListener("dragover", (event) => mark(event, true));
    area.addEventListener("dragleave", (event) => mark(event, false));
    area.addEventListener("drop", (event) => {
      mark(event, false);
      if (!event.dataTransfer.files.length) return;
      this.files.files = event.dataTransfer.files;
      this.showFiles();
    });
    this.showFiles();
  }

  // What is sent is either files or text, so that text which waits there is not sent along.
  showFiles() {
    const files = [...this.files.files];
    if (this.source) this.source.disabled = files.length > 0;
    if (this.find("no-files")) this.find("no-files").hidden = !files.length;
    const names = files.map((file) => file.name).join(", ");
    this.find("files-hint").textContent = [names, files.length ? this.guessed(files) : ""].filter(Boolean).join(": ");
  }

  guessed(files) {
    if (this.language?.value !== "auto") return "";
    const known = files.map((file) => this.guesses[file.name.split(".").at(-1)]).find(Boolean);
    if (!known) return gettext("choose the language, the name does not tell it");
    return [...this.language.options].find((option) => option.value === known).textContent;
  }

  async fillFilesAgain() {
    const links = [...document.querySelectorAll(".files-again a")];
    if (!links.length) return;
    try {
      const again = new DataTransfer();
      for (const link of links) {
        const response = await fetch(link.href, { redirect: "error" });
        if (!response.ok) return;
        again.items.add(new File([await response.blob()], link.download));
      }
      this.files.files = again.files;
      this.find("files-again").hidden = true;
      this.showFiles();
    } catch (error) {
      // They can still be chosen by hand.
    }
  }
}

forgetOldDrafts();
const form = document.querySelector("form.submitting");
if (form) new Submitting(form);
// A draft that has become a submission is none any more.
const submitted = document.querySelector("[data-submitted]");
if (submitted) {
  const key = submitted.dataset.submitted;
  const sources = document.querySelectorAll(".source pre");
  if (sources.length === 1 && readDraft(key)?.source.trim() === sources[0].textContent.trim()) writeDraft(key, "", "", "");
}
