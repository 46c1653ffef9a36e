// Sorting of the offers of a closed slot. The page is complete without it.
var table = document.getElementById("reviewed-table");

function sortBy(head, column) {
  var first = head.dataset.first || "ascending";
  var other = first === "ascending" ? "descending" : "ascending";
  var order = head.getAttribute("aria-sort") === first ? other : first;
  var sign = order === "ascending" ? 1 : -1;
  var isNumber = head.dataset.sort === "number";
  var compare = new Intl.Collator(reader.language(), { numeric: true }).compare;
  var rank = function (row) { return Number(row.cells[0].dataset.value); };
  var rows = Array.from(table.tBodies[0].rows);
  rows.sort(function (a, b) {
    var left = a.cells[column].dataset.value, right = b.cells[column].dataset.value;
    // Unknown values come last in both sort orders.
    if ((left === "") !== (right === "")) { return left === "" ? 1 : -1; }
    var step = isNumber ? left - right : compare(left, right);
    return step ? sign * step : rank(a) - rank(b);
  });
  Array.from(head.parentNode.cells).forEach(function (cell) { cell.removeAttribute("aria-sort"); });
  head.setAttribute("aria-sort", order);
  table.tBodies[0].append.apply(table.tBodies[0], rows);
}

if (table) {
  Array.from(table.tHead.rows[0].cells).forEach(function (head, column) {
    var button = document.createElement("button");
    button.type = "button";
    button.append.apply(button, Array.from(head.childNodes));
    head.append(button);
    button.addEventListener("click", function () { sortBy(head, column); });
  });
}
