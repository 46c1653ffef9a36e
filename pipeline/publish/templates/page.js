"use strict";
// Finding, sorting and remembering the language of assistive tools. Without it the page still says everything.
(function () {
  var tables = Array.from(document.querySelectorAll("table.ranking"));

  document.querySelectorAll("input.choice").forEach(function (input) {
    input.addEventListener("change", function () {
      if (input.checked) { document.documentElement.lang = input.value; }
    });
  });

  var box = document.getElementById("filter");
  function plain(text) { return text.normalize("NFC").toLowerCase(); }
  function filter() {
    var words = plain(box.value).split(/\s+/).filter(Boolean);
    tables.forEach(function (table) {
      var rows = Array.from(table.tBodies[0].rows);
      var shown = 0;
      rows.forEach(function (row) {
        var text = plain(row.cells[1].textContent);
        row.hidden = !words.every(function (word) { return text.includes(word); });
        if (!row.hidden) { shown += 1; }
      });
      var count = table.closest("section").querySelector("output.count");
      count.textContent = words.length ? shown + " / " + rows.length : "";
    });
  }
  if (tables.length) {
    document.querySelector(".filter").hidden = false;
    box.addEventListener("input", filter);
  }

  function sortBy(table, head, column) {
    var first = head.dataset.first || "ascending";
    var other = first === "ascending" ? "descending" : "ascending";
    var order = head.getAttribute("aria-sort") === first ? other : first;
    var sign = order === "ascending" ? 1 : -1;
    var isNumber = head.dataset.sort === "number";
    var language = document.documentElement.lang;
    var rank = function (row) { return Number(row.cells[0].dataset.value); };
    var rows = Array.from(table.tBodies[0].rows);
    rows.sort(function (a, b) {
      var left = a.cells[column].dataset.value;
      var right = b.cells[column].dataset.value;
      // What is not known comes last, whichever way the rest is sorted.
      if ((left === "") !== (right === "")) { return left === "" ? 1 : -1; }
      var step = isNumber ? left - right : left.localeCompare(right, language);
      return step ? sign * step : rank(a) - rank(b);
    });
    Array.from(head.parentNode.cells).forEach(function (cell) { cell.removeAttribute("aria-sort"); });
    head.setAttribute("aria-sort", order);
    rows.forEach(function (row) { table.tBodies[0].appendChild(row); });
  }
  tables.forEach(function (table) {
    Array.from(table.tHead.rows[0].cells).forEach(function (head, column) {
      if (!head.dataset.sort) { return; }
      var button = document.createElement("button");
      button.type = "button";
      button.append.apply(button, Array.from(head.childNodes));
      head.append(button);
      button.addEventListener("click", function () { sortBy(table, head, column); });
    });
  });
})();
