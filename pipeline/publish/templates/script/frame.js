"use strict";
// The reader's language and theme, before anything is drawn. A page that was opened from a file may not remember.
var reader = (function () {
  var root = document.documentElement;
  var listeners = [];

  function recall(name) {
    try { return localStorage.getItem("slotcast." + name); } catch (refused) { return null; }
  }
  function remember(name, value) {
    try { localStorage.setItem("slotcast." + name, value); } catch (refused) { /* It is forgotten with the page. */ }
  }
  function isDark() {
    if (root.dataset.theme) { return root.dataset.theme === "dark"; }
    return matchMedia("(prefers-color-scheme: dark)").matches;
  }
  function language() { return root.lang === "en" ? "en" : "ko"; }

  // Attributes hold one language at a time; each element stores both.
  function relabel() {
    document.querySelectorAll("[data-label-ko]").forEach(function (element) {
      element.setAttribute("aria-label", element.getAttribute("data-label-" + language()));
    });
    document.querySelectorAll("[data-placeholder-ko]").forEach(function (element) {
      element.setAttribute("placeholder", element.getAttribute("data-placeholder-" + language()));
    });
    document.querySelectorAll("[data-language]").forEach(function (button) {
      button.setAttribute("aria-pressed", String(button.dataset.language === language()));
    });
  }
  function paint() { root.classList.toggle("dark", isDark()); }

  var remembered = recall("language");
  if (remembered === "ko" || remembered === "en") { root.lang = remembered; }
  var theme = recall("theme");
  if (theme === "dark" || theme === "light") { root.dataset.theme = theme; }
  paint();
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", paint);

  document.addEventListener("DOMContentLoaded", function () {
    relabel();
    document.querySelectorAll("[data-language]").forEach(function (button) {
      button.addEventListener("click", function () {
        root.lang = button.dataset.language;
        remember("language", root.lang);
        relabel();
        listeners.forEach(function (listener) { listener(); });
      });
    });
    document.getElementById("theme").addEventListener("click", function () {
      root.dataset.theme = isDark() ? "light" : "dark";
      remember("theme", root.dataset.theme);
      paint();
    });
    document.getElementById("print").addEventListener("click", function () { window.print(); });
  });

  return {
    language: language,
    recall: recall,
    remember: remember,
    onLanguage: function (listener) { listeners.push(listener); },
  };
})();
