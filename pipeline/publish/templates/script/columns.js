// Columns of the table: label, width, sort values and content of the cells.
var state = { list: 0, sort: "rank", order: 1, sorted: null, shown: [], drawn: 0, current: -1, opened: -1 };

function list() { return data.lists[state.list]; }
function cells() { return list().columns; }
function hasFlag(i, flag) { return (cells().flags[i] >> data.flags.indexOf(flag)) & 1; }
function category(i) { return isKnown(cells().category[i]) ? data.categories[cells().category[i]] : null; }
function currency(i) { return cells().currency[i]; }
function maker(i) { return isKnown(cells().maker_name[i]) ? data.makers[cells().maker_name[i]] : null; }

function line(cell, text, kind) { cell.append(el("span", kind || "line", text)); }

function fillRank(cell, i) {
  line(cell, String(cells().rank[i]), "line place");
  var before = cells().previous_rank[i];
  if (isKnown(before)) {
    var moved = before - cells().rank[i];
    var kind = moved > 0 ? "up" : moved < 0 ? "down" : "same";
    var move = el("span", "line move " + kind, moved === 0 ? "–" : (moved > 0 ? "▲" : "▼") + Math.abs(moved));
    move.setAttribute("aria-hidden", "true");
    cell.append(move, el("span", "unseen", message("rank_" + kind, { n: Math.abs(moved) })));
  } else if (list().hasPast) {
    line(cell, message("rank_new"), "line move new");
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
    var anchor = link(address, message(pair[1])), own = el("span", "outward", " · ");
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

function fillProbability(cell, i) {
  var at = cells();
  line(cell, percent(at.p_hit[i]), "line strong");
  cell.append(probabilityBar(at.p_hit[i], at.p_low[i], at.p_high[i], list().base_rate, hasFlag(i, "thin_data")));
  if (isKnown(at.p_low[i]) && isKnown(at.p_high[i])) {
    line(cell, range(percent(at.p_low[i]), percent(at.p_high[i])), "line quiet");
  }
}

function fillDemand(cell, i) {
  var at = cells();
  if (!isKnown(at.demand_p50[i])) { cell.append(unknown()); return; }
  var write = function (value) { return demandText(value, at.threshold_basis[i]); };
  line(cell, write(at.demand_p50[i]), "line strong");
  cell.append(demandSpan(at.threshold[i], at.demand_p10[i], at.demand_p50[i], at.demand_p90[i], at.capacity[i]));
  line(cell, range(write(at.demand_p10[i]), write(at.demand_p90[i])), "line quiet");
}

function fillThreshold(cell, i) {
  var at = cells();
  line(cell, demandText(at.threshold[i], at.threshold_basis[i]));
  if (isKnown(at.capacity[i])) {
    line(cell, message("capacity", { n: demandText(at.capacity[i], at.threshold_basis[i]) }), "line quiet");
  }
}

// A signal: the total, the last 7 days, and the change from the 7 days before.
function fillSignal(name) {
  return function (cell, i) {
    var at = cells(), total = at[name][i], week = at[name + "_7d"][i];
    if (!isKnown(total)) { cell.append(unknown()); return; }
    line(cell, grouped(total));
    var last = el("span", "line quiet", message("last_week", { n: grouped(week) }) + " ");
    last.append(changeOf(week - at[name + "_previous_7d"][i]));
    cell.append(last);
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
  if (isKnown(at.visitors[i])) { line(cell, message("visitors_n", { n: grouped(at.visitors[i]) }), "line quiet"); }
}

function fillOrdersPerAlert(cell, i) {
  var at = cells();
  if (isKnown(at.orders_per_alert[i])) { line(cell, grouped(at.orders_per_alert[i], 2)); } else { cell.append(unknown()); }
  if (isKnown(at.order_rate[i])) { line(cell, message("per_visitor", { rate: percent(at.order_rate[i]) }), "line quiet"); }
}

function recordText(name, i) {
  var at = cells(), hits = at[name + "_hits"][i], n = at[name + "_n"][i];
  return n > 0 ? message("record", { n: grouped(n, 1), hits: grouped(hits, 1) }) : message("record_none");
}
function fillRecord(name) {
  return function (cell, i) {
    var at = cells(), rate = at[name + "_rate_shrunk"][i];
    if (!isKnown(at[name + "_n"][i])) { cell.append(unknown()); return; }
    line(cell, recordText(name, i));
    if (isKnown(rate)) { line(cell, percent(rate), "line quiet"); }
  };
}

var REASONS_IN_ROW = 3;
function reasonText(reason) { return data.reasons[reader.language()][reason[0]]; }
function reasonKind(logOdds) { return logOdds > 0 ? "up" : logOdds < 0 ? "down" : "same"; }
function reasonMark(logOdds) { return logOdds > 0 ? "▲" : logOdds < 0 ? "▼" : "·"; }
function fillReasons(cell, i) {
  cells().reasons[i].slice(0, REASONS_IN_ROW).forEach(function (reason) {
    var text = el("span", "line reason");
    text.append(el("span", reasonKind(reason[1]), reasonMark(reason[1])), " ", el("bdi", "", typed(reasonText(reason))));
    cell.append(text);
  });
  if (!cells().reasons[i].length) { cell.append(unknown()); }
}

function bits(number) { var sum = 0; for (var rest = number; rest; rest >>= 1) { sum += rest & 1; } return sum; }

// Formats of values by the kind of their column.
var FORMATS = {
  count: function (value) { return grouped(value); },
  record: function (value) { return grouped(value, 1); },
  price: price,
  amount: amount,
  probability: percent,
  share: percent,
  ratio: function (value) { return grouped(value, 2); },
  date: day,
};
function formatted(column, i) {
  var value = cells()[column.name][i];
  if (!isKnown(value)) { return unknown(); }
  if (column.kind === "terms" || column.kind === "demand") { return demandText(value, cells().threshold_basis[i]); }
  var format = FORMATS[column.kind];
  return format ? format(value, currency(i)) : typed(String(value));
}
function fillFormatted(column) {
  return function (cell, i) {
    var shown = formatted(column, i);
    if (typeof shown === "string") { line(cell, shown); } else { cell.append(shown); }
  };
}

// Cells that combine several values or contain a drawing. Other cells follow from the kind of their column.
var CELLS = {
  rank: { fill: fillRank, stays: true },
  product: { fill: fillProduct, stays: true },
  flags: { fill: fillFlags, values: function () { return cells().flags.map(bits); } },
  p_hit: { fill: fillProbability },
  demand: { fill: fillDemand },
  threshold: { fill: fillThreshold, isNumber: true },
  alerts: { fill: fillSignal("alerts"), isNumber: true },
  wishes: { fill: fillSignal("wishes"), isNumber: true },
  alert_rate: { fill: fillAlertRate, isNumber: true },
  orders_per_alert: { fill: fillOrdersPerAlert, isNumber: true },
  maker_record: { fill: fillRecord("maker"), isNumber: true },
  category_record: { fill: fillRecord("category"), isNumber: true },
  reasons: {
    fill: fillReasons,
    values: function () { return cells().reasons.map(function (all) { return all.length ? all[0][1] : null; }); },
  },
};
var TEXT_KINDS = ["text", "prose", "link", "date", "basis"];

// The columns of the table. `first` is the sort order of the first click: 1 ascending, -1 descending.
var COLUMNS = data.columns.map(function (info) {
  var isText = TEXT_KINDS.indexOf(info.kind) >= 0 && info.key !== "reasons";
  var column = {
    key: info.key, name: info.name, kind: info.kind, label: info.label, hint: info.hint,
    width: info.cell.width, grows: info.cell.grows, first: info.cell.first, minWindow: info.cell.min_window,
    isText: isText, isNumber: !isText && !CELLS[info.key],
    values: function () { return cells()[info.name]; },
  };
  column.fill = fillFormatted(column);
  return Object.assign(column, CELLS[info.key]);
});
function labelOf(column) { return column.label[reader.language()]; }

function columnOf(key) { return COLUMNS.find(function (column) { return column.key === key; }); }

// Until the reader chooses, a narrow window shows fewer columns.
function defaultColumns() {
  return COLUMNS.filter(function (column) { return window.innerWidth >= column.minWindow; }).map(function (column) { return column.key; });
}
function readColumns() {
  var kept = (reader.recall("columns") || "").split(",").filter(columnOf);
  return kept.length ? kept : defaultColumns();
}
state.columns = readColumns();
function shownColumns() {
  return COLUMNS.filter(function (column) { return column.stays || state.columns.indexOf(column.key) >= 0; });
}
