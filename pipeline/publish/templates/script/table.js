// The table: header, and rows in slices, because most readers never scroll to the end.
var table = document.getElementById("ranking");
var scroller = document.getElementById("scroller");
var phone = matchMedia("(max-width: 720px)");
// Rows that fill a screen, and rows per slice after that.
var FIRST = 30;
var SLICE = 60;
var body = null;
var watcher = null;
var blank = null;

function headOf(column) {
  var head = el("th", "c-" + column.key + (column.isNumber ? " figure" : ""));
  head.scope = "col";
  head.setAttribute("role", "columnheader");
  var button = el("button", "", labelOf(column));
  button.type = "button";
  button.title = column.hint[reader.language()];
  button.addEventListener("click", function () {
    sortBy(column.key, state.sort === column.key ? -state.order : column.first);
  });
  head.append(button);
  return head;
}

function blankRow(columns) {
  var row = el("tr");
  row.setAttribute("role", "row");
  columns.forEach(function (column) {
    var isName = column.key === "product";
    var cell = el(isName ? "th" : "td", "c-" + column.key + (column.isNumber ? " figure" : ""));
    if (isName) { cell.scope = "row"; }
    cell.setAttribute("role", isName ? "rowheader" : "cell");
    cell.dataset.name = labelOf(column);
    row.append(cell);
  });
  return row;
}

// Rebuilds the header and the columns, then the rows.
function build() {
  var columns = shownColumns();
  var widths = el("colgroup");
  var least = 0;
  columns.forEach(function (column) {
    var col = el("col", "c-" + column.key);
    if (!column.grows) { col.style.width = column.width + "px"; }
    least += column.width;
    widths.append(col);
  });
  var head = el("thead"), row = el("tr");
  head.setAttribute("role", "rowgroup");
  row.setAttribute("role", "row");
  columns.forEach(function (column) { row.append(headOf(column)); });
  head.append(row);
  body = el("tbody");
  body.setAttribute("role", "rowgroup");
  table.style.setProperty("--least", least + "px");
  table.setAttribute("aria-label", message("table"));
  table.replaceChildren(widths, head, body);
  blank = blankRow(columns);
  refresh();
}

function markSort() {
  var columns = shownColumns();
  Array.from(table.tHead.rows[0].cells).forEach(function (cell, place) {
    if (columns[place].key === state.sort) {
      cell.setAttribute("aria-sort", state.order > 0 ? "ascending" : "descending");
    } else {
      cell.removeAttribute("aria-sort");
    }
  });
  document.getElementById("sort").value = state.sort + " " + state.order;
}

function rowOf(i) {
  var row = blank.cloneNode(true);
  row.dataset.row = i;
  shownColumns().forEach(function (column, place) { column.fill(row.cells[place], i); });
  if (i === state.current) { markRow(row, true); }
  return row;
}

function drawMore(upTo) {
  var end = Math.min(upTo, state.shown.length);
  if (state.drawn >= end) { return; }
  var slice = document.createDocumentFragment();
  for (; state.drawn < end; state.drawn += 1) { slice.append(rowOf(state.shown[state.drawn])); }
  body.append(slice);
}

// Redraws the rows after a filter or a sort.
function refresh() {
  performance.mark("slotcast-refresh");
  choose();
  // This comes before any change, or the browser would compute the layout twice.
  if (scroller.scrollTop) { scroller.scrollTop = 0; }
  body.replaceChildren();
  state.drawn = 0;
  if (state.shown.indexOf(state.current) < 0) { state.current = state.shown.length ? state.shown[0] : -1; }
  drawMore(FIRST);
  markSort();
  showCounts();
  if (watcher) { rewatch(); }
  performance.measure("slotcast-refresh", "slotcast-refresh");
}

function showCounts() {
  var probabilities = cells().p_hit;
  var expected = state.shown.reduce(function (sum, i) { return sum + probabilities[i]; }, 0);
  document.getElementById("shown").textContent =
    message("shown", { n: grouped(state.shown.length), total: grouped(probabilities.length) });
  document.getElementById("shown-expected").textContent = "· " + message("shown_expected", { expected: grouped(expected, 1) });
  document.getElementById("nothing").hidden = state.shown.length > 0 || probabilities.length === 0;
  table.hidden = state.shown.length === 0;
  document.getElementById("clear").hidden = !isFiltered();
}

function sortBy(key, order) {
  state.sort = key;
  state.order = order;
  state.sorted = null;
  refresh();
}

function rowElement(i) { return body.querySelector("tr[data-row=\"" + i + "\"]"); }
function markRow(row, isCurrent) {
  row.classList.toggle("current", isCurrent);
  if (isCurrent) { row.setAttribute("aria-current", "true"); } else { row.removeAttribute("aria-current"); }
  row.querySelectorAll("button, a").forEach(function (part) { part.tabIndex = isCurrent ? 0 : -1; });
}

// The keyboard acts on the current row.
function moveTo(i, isFocused) {
  var before = rowElement(state.current);
  if (before) { markRow(before, false); }
  state.current = i;
  var place = state.shown.indexOf(i);
  if (place >= state.drawn) { drawMore(place + SLICE); }
  var row = rowElement(i);
  if (!row) { return; }
  markRow(row, true);
  if (isFocused) { row.querySelector(".open").focus({ preventScroll: true }); }
  row.scrollIntoView({ block: "nearest" });
}

function watch() {
  if (watcher) { watcher.disconnect(); }
  watcher = new IntersectionObserver(function (seen) {
    if (seen.some(function (one) { return one.isIntersecting; })) { drawMore(state.drawn + SLICE); rewatch(); }
  }, { root: phone.matches ? null : scroller, rootMargin: "1500px" });
  rewatch();
}
// An observer only reports changes, so an element that stays visible must be observed again.
function rewatch() {
  var more = document.getElementById("more");
  watcher.unobserve(more);
  if (state.drawn < state.shown.length) { watcher.observe(more); }
}

table.addEventListener("click", function (event) {
  var row = event.target.closest("tr[data-row]");
  if (!row || event.target.closest("a")) { return; }
  if (!event.target.closest("button") && String(getSelection())) { return; }
  moveTo(Number(row.dataset.row), false);
  openDetail(Number(row.dataset.row));
});
