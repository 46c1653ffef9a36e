// The columns: what they are called, how wide they are, what they are sorted by and how a cell is filled.
var state = { list: 0, sort: "rank", order: 1, sorted: null, shown: [], drawn: 0, current: -1, opened: -1 };

function list() { return data.lists[state.list]; }
function cells() { return list().columns; }
function hasFlag(i, flag) { return (cells().flags[i] >> data.flags.indexOf(flag)) & 1; }
function category(i) { return isKnown(cells().category[i]) ? data.categories[cells().category[i]] : null; }
function maker(i) { return isKnown(cells().maker_name[i]) ? data.makers[cells().maker_name[i]] : null; }

function line(cell, text, kind) { cell.append(el("span", kind || "line", text)); }

function fillNumber(name, write) {
  return function (cell, i) {
    var value = cells()[name][i];
    if (isKnown(value)) { line(cell, write(value)); } else { cell.append(unknown()); }
  };
}

function fillRank(cell, i) {
  line(cell, String(cells().rank[i]), "line place");
  var before = cells().previous_rank[i];
  if (isKnown(before)) {
    var moved = before - cells().rank[i];
    var kind = moved > 0 ? "up" : moved < 0 ? "down" : "same";
    var move = el("span", "line move " + kind, moved === 0 ? "–" : (moved > 0 ? "▲" : "▼") + Math.abs(moved));
    move.setAttribute("aria-hidden", "true");
    cell.append(move, el("span", "unseen", say("rank_" + kind, { n: Math.abs(moved) })));
  } else if (list().hasPast) {
    line(cell, say("rank_new"), "line move new");
  }
}

function fillProduct(cell, i) {
  var open = el("button", "open");
  open.type = "button";
  open.tabIndex = -1;
  open.dir = "auto";
  open.textContent = typed(cells().title[i]);
  var origin = el("span", "line quiet origin");
  [category(i), maker(i)].filter(isKnown).forEach(function (name) { origin.append(el("bdi", "", typed(name)), " · "); });
  origin.append(el("code", "", typed(cells().candidate_id[i])));
  [["url", "link_page"], ["image_url", "link_picture"]].forEach(function (pair) {
    var address = cells()[pair[0]][i];
    if (!isKnown(address) || !isWeb(address)) { return; }
    var anchor = link(address, say(pair[1])), own = el("span", "outward", " · ");
    anchor.tabIndex = -1;
    own.append(anchor);
    origin.append(own);
  });
  cell.append(open, origin);
}

function flagChip(flag) { return el("span", "flag " + flag, flagName(flag)); }

function fillFlags(cell, i) {
  data.flags.forEach(function (flag) { if (hasFlag(i, flag)) { cell.append(flagChip(flag), " "); } });
}

function fillChance(cell, i) {
  var at = cells();
  line(cell, percent(at.p_hit[i]), "line strong");
  cell.append(chanceBar(at.p_hit[i], at.p_low[i], at.p_high[i], list().base_rate, hasFlag(i, "thin_data")));
  if (isKnown(at.p_low[i]) && isKnown(at.p_high[i])) {
    line(cell, range(percent(at.p_low[i]), percent(at.p_high[i])), "line quiet");
  }
}

function fillDemand(cell, i) {
  var at = cells();
  if (!isKnown(at.demand_p50[i])) { cell.append(unknown()); return; }
  var write = function (value) { return demanded(value, at.is_amount[i]); };
  line(cell, write(at.demand_p50[i]), "line strong");
  cell.append(demandSpan(at.threshold[i], at.demand_p10[i], at.demand_p50[i], at.demand_p90[i], at.capacity[i]));
  line(cell, range(write(at.demand_p10[i]), write(at.demand_p90[i])), "line quiet");
}

function fillThreshold(cell, i) {
  var at = cells();
  line(cell, demanded(at.threshold[i], at.is_amount[i]));
  if (isKnown(at.capacity[i])) {
    line(cell, say("capacity", { n: demanded(at.capacity[i], at.is_amount[i]) }), "line quiet");
  }
}

function fillCounted(name) {
  return function (cell, i) {
    var count = cells()[name][i];
    if (!isKnown(count)) { cell.append(unknown()); return; }
    line(cell, grouped(count[0]));
    var week = el("span", "line quiet", say("last_week", { n: grouped(count[1]) }) + " ");
    week.append(changeOf(count[1] - count[2]));
    cell.append(week);
  };
}
function changeOf(change) {
  var kind = change > 0 ? "up" : change < 0 ? "down" : "same";
  var mark = change > 0 ? "▲" : change < 0 ? "▼" : "±";
  return el("span", "change " + kind, mark + grouped(Math.abs(change)));
}

function fillAlertRate(cell, i) {
  var at = cells();
  if (isKnown(at.alert_rate[i])) { line(cell, percent(at.alert_rate[i])); } else { cell.append(unknown()); }
  if (isKnown(at.visitors[i])) { line(cell, say("visitors_n", { n: grouped(at.visitors[i]) }), "line quiet"); }
}

function fillOrdersPerAlert(cell, i) {
  var at = cells();
  if (isKnown(at.orders_per_alert[i])) { line(cell, grouped(at.orders_per_alert[i], 2)); } else { cell.append(unknown()); }
  if (isKnown(at.order_rate[i])) { line(cell, say("per_visitor", { rate: percent(at.order_rate[i]) }), "line quiet"); }
}

function recordText(record) {
  return record[1] > 0 ? say("record", { n: grouped(record[1], 1), hits: grouped(record[0], 1) }) : say("record_none");
}
function fillRecord(name) {
  return function (cell, i) {
    var record = cells()[name][i];
    if (!isKnown(record)) { cell.append(unknown()); return; }
    line(cell, recordText(record));
    if (isKnown(record[2])) { line(cell, percent(record[2]), "line quiet"); }
  };
}

var REASONS_IN_ROW = 3;
function reasonText(reason) { return data.reasons[reader.language()][reason[0]]; }
function reasonKind(push) { return push > 0 ? "up" : push < 0 ? "down" : "same"; }
function reasonMark(push) { return push > 0 ? "▲" : push < 0 ? "▼" : "·"; }
function fillReasons(cell, i) {
  cells().reasons[i].slice(0, REASONS_IN_ROW).forEach(function (reason) {
    var said = el("span", "line reason");
    said.append(el("span", reasonKind(reason[1]), reasonMark(reason[1])), " ", el("bdi", "", typed(reasonText(reason))));
    cell.append(said);
  });
  if (!cells().reasons[i].length) { cell.append(unknown()); }
}

function bits(number) { var sum = 0; for (var rest = number; rest; rest >>= 1) { sum += rest & 1; } return sum; }
function byColumn(name) { return function () { return cells()[name]; }; }
function byPart(name, part) {
  return function () { return cells()[name].map(function (all) { return isKnown(all) ? all[part] : null; }); };
}

// `first` is the way a column is sorted when it is chosen: 1 from the smallest, -1 from the largest.
var COLUMNS = [
  { key: "rank", width: 60, first: 1, values: byColumn("rank"), fill: fillRank, hint: "hint_rank", stays: true },
  { key: "product", width: 270, grows: true, first: 1, values: byColumn("title"), isText: true, fill: fillProduct, stays: true },
  { key: "flags", width: 140, first: -1, values: function () { return cells().flags.map(bits); }, fill: fillFlags },
  { key: "p_hit", width: 148, first: -1, values: byColumn("p_hit"), fill: fillChance, hint: "hint_p_hit" },
  { key: "demand", width: 148, first: -1, values: byColumn("demand_p50"), fill: fillDemand, hint: "hint_demand" },
  { key: "threshold", width: 88, first: 1, values: byColumn("threshold"), fill: fillThreshold, hint: "hint_threshold", isNumber: true },
  { key: "price", width: 96, first: 1, values: byColumn("price"), fill: fillNumber("price", price), isNumber: true },
  { key: "amount", width: 122, first: -1, values: byColumn("expected_amount"), fill: fillNumber("expected_amount", amount), hint: "hint_amount", isNumber: true },
  { key: "value", width: 122, first: -1, values: byColumn("expected_value"), fill: fillNumber("expected_value", amount), isNumber: true, isInternal: true },
  { key: "alerts", width: 104, first: -1, values: byPart("alerts", 0), fill: fillCounted("alerts"), hint: "hint_alerts", isNumber: true },
  { key: "wishes", width: 96, first: -1, values: byPart("wishes", 0), fill: fillCounted("wishes"), hint: "hint_alerts", isNumber: true },
  { key: "alert_rate", width: 92, first: -1, values: byColumn("alert_rate"), fill: fillAlertRate, hint: "hint_alert_rate", isNumber: true },
  { key: "orders_per_alert", width: 104, first: -1, values: byColumn("orders_per_alert"), fill: fillOrdersPerAlert, hint: "hint_orders_per_alert", isNumber: true },
  { key: "maker_record", width: 98, first: -1, values: byPart("maker_record", 2), fill: fillRecord("maker_record"), hint: "hint_record", isNumber: true },
  { key: "category_record", width: 112, first: -1, values: byPart("category_record", 2), fill: fillRecord("category_record"), hint: "hint_record", isNumber: true },
  {
    key: "reasons", width: 250, grows: true, first: -1, fill: fillReasons,
    values: function () { return cells().reasons.map(function (all) { return all.length ? all[0][1] : null; }); },
  },
].filter(function (column) { return !column.isInternal || data.is_house; });

function columnOf(key) { return COLUMNS.find(function (column) { return column.key === key; }); }

// Until the reader chooses, a narrow window shows fewer columns.
var NOT_AT = [
  [720, ["amount", "value", "wishes", "alert_rate", "orders_per_alert", "maker_record", "category_record"]],
  [1700, ["wishes", "alert_rate", "orders_per_alert", "category_record"]],
];
function defaultColumns() {
  var narrow = NOT_AT.find(function (pair) { return window.innerWidth <= pair[0]; });
  var left = narrow ? narrow[1] : [];
  return COLUMNS.map(function (column) { return column.key; }).filter(function (key) { return left.indexOf(key) < 0; });
}
function readColumns() {
  var kept = (reader.recall("columns") || "").split(",").filter(columnOf);
  return kept.length ? kept : defaultColumns();
}
state.columns = readColumns();
function shownColumns() {
  return COLUMNS.filter(function (column) { return column.stays || state.columns.indexOf(column.key) >= 0; });
}
