// The tools above the table, and the first table.
function isFiltered() { return wanted.words.length + wanted.flags.length > 0 || wanted.category !== "" || wanted.maker !== ""; }

function option(value, text) {
  var made = el("option", "", text);
  made.value = value;
  return made;
}

function fillTools() {
  var select = document.getElementById("category");
  select.replaceChildren(option("", message("all_categories")));
  data.categories.forEach(function (name, place) { select.append(option(String(place), typed(name))); });
  select.value = wanted.category;
  var sorts = document.getElementById("sort");
  sorts.replaceChildren();
  COLUMNS.forEach(function (column) {
    [column.first, -column.first].forEach(function (order) {
      sorts.append(option(column.key + " " + order, labelOf(column) + (order > 0 ? " ↑" : " ↓")));
    });
  });
  fillFlagButtons();
  fillColumnMenu();
}

function fillFlagButtons() {
  var box = document.getElementById("flags");
  box.replaceChildren();
  data.flags.forEach(function (flag, bit) {
    var n = cells().flags.filter(function (all) { return (all >> bit) & 1; }).length;
    if (!n) { return; }
    var button = el("button", "flag " + flag, message("flag_count", { flag: flagName(flag), n: grouped(n) }));
    button.type = "button";
    button.dataset.flag = flag;
    button.setAttribute("aria-pressed", String(wanted.flags.indexOf(flag) >= 0));
    button.addEventListener("click", function () {
      var isOn = wanted.flags.indexOf(flag) >= 0;
      wanted.flags = isOn ? wanted.flags.filter(function (own) { return own !== flag; }) : wanted.flags.concat(flag);
      button.setAttribute("aria-pressed", String(!isOn));
      refresh();
    });
    box.append(button);
  });
}

function fillColumnMenu() {
  var box = document.getElementById("column-list");
  box.replaceChildren();
  COLUMNS.filter(function (column) { return !column.stays; }).forEach(function (column) {
    var label = el("label"), input = el("input");
    input.type = "checkbox";
    input.checked = state.columns.indexOf(column.key) >= 0;
    input.addEventListener("change", function () {
      state.columns = COLUMNS.map(function (own) { return own.key; }).filter(function (key) {
        return key === column.key ? input.checked : state.columns.indexOf(key) >= 0;
      });
      reader.remember("columns", state.columns.concat("rank").join(","));
      rebuild();
    });
    label.append(input, " " + labelOf(column));
    box.append(label);
  });
  var reset = el("button", "", message("columns_default"));
  reset.type = "button";
  reset.addEventListener("click", function () {
    reader.remember("columns", "");
    state.columns = defaultColumns();
    fillColumnMenu();
    rebuild();
  });
  box.append(reset);
}

function rebuild() { build(); watch(); }

function chooseList(place) {
  closeDetail();
  state.list = place;
  state.sorted = null;
  state.current = -1;
  document.querySelectorAll("[data-list]").forEach(function (element) {
    element.hidden = Number(element.dataset.list) !== place;
  });
  document.querySelectorAll("[data-choose]").forEach(function (button) {
    button.setAttribute("aria-pressed", String(Number(button.dataset.choose) === place));
  });
  fillFlagButtons();
  rebuild();
}

function listen() {
  document.getElementById("find").addEventListener("input", function (event) {
    wanted.words = event.target.value.normalize("NFC").toLowerCase().split(/\s+/).filter(Boolean);
    refresh();
  });
  document.getElementById("category").addEventListener("change", function (event) {
    wanted.category = event.target.value;
    refresh();
  });
  var makers = document.getElementById("maker");
  makers.addEventListener("focus", function () {
    var names = document.getElementById("makers");
    if (!names.childNodes.length) { data.makers.forEach(function (name) { names.append(option(name, "")); }); }
  });
  makers.addEventListener("input", function () { wanted.maker = makers.value.trim(); refresh(); });
  document.getElementById("sort").addEventListener("change", function (event) {
    var parts = event.target.value.split(" ");
    sortBy(parts[0], Number(parts[1]));
  });
  document.getElementById("clear").addEventListener("click", function () {
    wanted = { words: [], category: "", maker: "", flags: [] };
    ["find", "category", "maker"].forEach(function (id) { document.getElementById(id).value = ""; });
    fillFlagButtons();
    refresh();
    document.getElementById("find").focus();
  });
  document.querySelectorAll("[data-choose]").forEach(function (button) {
    button.addEventListener("click", function () { chooseList(Number(button.dataset.choose)); });
  });
  document.addEventListener("click", function (event) {
    var menu = document.getElementById("columns");
    if (menu.open && !event.target.closest("#columns")) { menu.open = false; }
  });
  // Printing needs every row that matches the filters.
  window.addEventListener("beforeprint", function () { if (data.lists.length) { drawMore(state.shown.length); } });
  phone.addEventListener("change", watch);
  reader.onLanguage(function () {
    if (columnOf(state.sort).isText) { state.sorted = null; }
    var opened = state.opened, top = panel.scrollTop;
    fillTools();
    rebuild();
    if (opened >= 0) { openDetail(opened, true); panel.scrollTop = top; }
  });
}

if (data.lists.length) {
  data.lists.forEach(function (own) { own.hasPast = own.columns.previous_rank.some(isKnown); });
  document.getElementById("work").hidden = data.lists[0].columns.rank.length === 0 && data.lists.length < 2;
  fillTools();
  listen();
  rebuild();
  performance.mark("slotcast-first-table");
}
