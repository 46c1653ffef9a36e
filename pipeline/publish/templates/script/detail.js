// The panel of one offer. Its block is unpacked on demand and cached.
var panel = document.getElementById("detail");
var unpacked = {};

function parsed() {
  if (document.readyState !== "loading") { return Promise.resolve(); }
  return new Promise(function (go) { document.addEventListener("DOMContentLoaded", go, { once: true }); });
}
function unpack(id) {
  unpacked[id] = unpacked[id] || parsed().then(function () {
    var text = atob(document.getElementById(id).textContent.trim());
    var bytes = Uint8Array.from(text, function (letter) { return letter.charCodeAt(0); });
    var stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
    return new Response(stream).json();
  });
  return unpacked[id];
}
function detailOf(i) {
  var block = Math.floor(i / data.offers_per_block);
  return Promise.all([unpack("packed-" + state.list + "-" + block), unpack("packed-curves")]).then(function (both) {
    var name = category(i);
    var isCurve = isKnown(name) && Object.prototype.hasOwnProperty.call(both[1], name);
    return { detail: both[0][i % data.offers_per_block], curve: isCurve ? both[1][name] : null };
  });
}

function part(key, note) {
  var section = el("section");
  var head = el("h3", "", message(key));
  if (note) { head.append(" ", el("span", "quiet", note)); }
  section.append(head);
  return section;
}
function label(key) { return labelOf(columnOf(key)); }
function missing(key) { return el("p", "none", message(key)); }

// Names and values; a third entry "whole" gives a value the whole width.
function facts(pairs) {
  var facts = el("dl");
  pairs.filter(function (pair) { return isKnown(pair[1]); }).forEach(function (pair) {
    var item = el("div", pair[2]), value = el("dd");
    value.append(pair[1]);
    item.append(el("dt", "", pair[0]), value);
    facts.append(item);
  });
  return facts;
}
function figures(heads, rows) {
  var table = el("table", "small"), head = el("thead"), line = el("tr"), body = el("tbody");
  heads.forEach(function (text, place) {
    var cell = el("th", place ? "figure" : "", text);
    cell.scope = "col";
    line.append(cell);
  });
  head.append(line);
  rows.forEach(function (row) {
    var line = el("tr");
    row.forEach(function (value, place) {
      var cell = el(place ? "td" : "th", place ? "figure" : "");
      if (!place) { cell.scope = "row"; }
      cell.append(value);
      line.append(cell);
    });
    body.append(line);
  });
  table.append(head, body);
  return table;
}

function headPart(i) {
  var at = cells(), head = el("header"), bar = el("div", "bar-row");
  var button = function (key, kind, text, act) {
    var made = el("button", kind, text);
    made.type = "button";
    made.setAttribute("aria-label", message(key));
    made.title = message(key);
    made.addEventListener("click", act);
    return made;
  };
  bar.append(
    el("span", "place", label("rank") + " " + at.rank[i]),
    button("detail_previous", "step", "↑", function () { step(-1); }),
    button("detail_next", "step", "↓", function () { step(1); }),
    button("close", "close", "×", closeDetail));
  var title = el("h2", "", typed(at.title[i]));
  title.id = "detail-name";
  title.tabIndex = -1;
  title.dir = "auto";
  var origin = el("p", "quiet origin");
  [category(i), maker(i)].filter(isKnown).forEach(function (name) { origin.append(el("bdi", "", typed(name)), " · "); });
  origin.append(el("code", "", typed(at.candidate_id[i])));
  head.append(bar, title, origin);
  if (at.flags[i]) {
    var flags = el("p", "flag-row");
    fillFlags(flags, i);
    head.append(flags);
  }
  return head;
}

function probabilityPart(i) {
  var at = cells(), section = el("section", "probability");
  section.append(el("p", "big", percent(at.p_hit[i])));
  var words = el("div");
  words.append(probabilityBar(at.p_hit[i], at.p_low[i], at.p_high[i], list().base_rate, hasFlag(i, "thin_data")));
  if (isKnown(at.p_low[i]) && isKnown(at.p_high[i])) {
    words.append(el("p", "", message("interval", { low: percent(at.p_low[i]), high: percent(at.p_high[i]) })));
  }
  words.append(el("p", "quiet", message("base_rate", { rate: percent(list().base_rate) })));
  section.append(words);
  return section;
}

function termsPart(i) {
  var at = cells(), section = part("terms"), isAmount = at.threshold_basis[i];
  var known = function (value, write) { return isKnown(value) ? write(value, currency(i)) : unknown(); };
  var demand = isKnown(at.demand_p50[i])
    ? withUnit(at.demand_p50[i] < 1e15 && !isAmount ? Number(fixed(at.demand_p50[i], 0)) : at.demand_p50[i], isAmount, currency(i)) +
      " (" + range(demandText(at.demand_p10[i], isAmount), demandText(at.demand_p90[i], isAmount)) + ")"
    : unknown();
  section.append(facts([
    [message("term_threshold"), withUnit(at.threshold[i], isAmount, currency(i))],
    [message("term_capacity"), isKnown(at.capacity[i]) ? withUnit(at.capacity[i], isAmount, currency(i)) : message("term_none")],
    [label("demand"), demand, "whole"],
    [message("term_price"), known(at.price[i], price)],
    [message("term_amount"), known(at.expected_amount[i], amount)],
    [message("term_value"), data.is_internal ? known(at.expected_value[i], amount) : null],
  ]));
  return section;
}

function linksPart(i, detail) {
  var at = cells(), links = el("span");
  [["url", "link_page"], ["image_url", "link_picture"]].forEach(function (pair) {
    if (!isKnown(at[pair[0]][i])) { return; }
    if (links.childNodes.length) { links.append(" · "); }
    links.append(link(at[pair[0]][i], message(pair[1])));
  });
  var section = el("section", "ids");
  section.append(facts([
    [message("term_links"), links.childNodes.length ? links : unknown()],
    [message("term_id"), el("code", "", typed(at.candidate_id[i]))],
    [message("term_product"), el("code", "", typed(detail.product_id))],
    [message("term_model"), typed(detail.model)],
  ]));
  return section;
}

function changePart(i, detail) {
  var at = cells(), section = part("change");
  if (!isKnown(at.previous_rank[i])) { section.append(missing("change_none")); return section; }
  section.append(el("p", "", message("change_summary", {
    before: at.previous_rank[i], now: at.rank[i], p_before: percent(at.previous_p_hit[i]), p_now: percent(at.p_hit[i]),
  })));
  var why = detail["change_reason_" + reader.language()];
  if (isKnown(why)) { section.append(el("p", "quiet", message("change_reason", { why: typed(why) }))); }
  return section;
}

function reasonsPart(i) {
  var reasons = cells().reasons[i], section = part("reasons", reasons.length ? message("reasons_note") : "");
  if (!reasons.length) { section.append(missing("reasons_none")); return section; }
  var most = Math.max.apply(null, reasons.map(function (reason) { return Math.abs(reason[1]); })) || 1;
  var all = el("ul", "contributions");
  reasons.forEach(function (reason) {
    var item = el("li"), kind = reasonKind(reason[1]), long = 46 * Math.abs(reason[1]) / most;
    var bar = drawing(100, 12, "contribution");
    bar.append(svg("path", { class: "axis", d: "M50 0V12" }));
    bar.append(svg("rect", { class: kind, x: tenth(reason[1] < 0 ? 50 - long : 50), y: 3, width: tenth(long), height: 6 }));
    var phrase = el("span", "phrase");
    phrase.append(el("span", kind, reasonMark(reason[1])), " ", el("bdi", "", typed(reasonText(reason))));
    item.append(phrase, bar, el("span", "figure", "(" + signed(reason[1], 2) + ")"));
    all.append(item);
  });
  section.append(all);
  return section;
}

function curvePart(i, detail) {
  var section = part("curve"), isAmount = cells().threshold_basis[i];
  if (detail.curve.length < 2) { section.append(missing("curve_none")); return section; }
  section.append(whatIf(i, detail));
  if (detail.marked.length) {
    section.append(figures([message("curve_probability"), message("curve_threshold")], detail.marked.map(function (mark) {
      return [percent(mark[0]), demandText(mark[1], isAmount)];
    })));
  }
  return section;
}

function ordersPart(i, curve) {
  var section = part("orders");
  if (!curve || curve.hours.length < 2) { section.append(missing("orders_none")); return section; }
  var at = cells(), demand = at.demand_p50[i], name = typed(category(i));
  var write = function (share) { return isKnown(demand) ? demandText(share * demand, at.threshold_basis[i]) : percent(share); };
  section.append(orderCurve(i, curve));
  section.append(figures([message("orders_after"), message("orders_median"), message("orders_band")], orderTimes(curve).map(function (k) {
    return [hoursText(curve.hours[k]), write(curve.mean[k]), range(write(curve.p10[k]), write(curve.p90[k]))];
  })));
  section.append(el("p", "quiet", message(isKnown(demand) ? "orders_note" : "orders_share_note", { category: name })));
  return section;
}

function signalsPart(detail) {
  var section = part("signals", detail.days ? message("signals_note") : "");
  if (!detail.days) { section.append(missing("signals_none")); return section; }
  ["visitors", "alerts", "wishes"].forEach(function (name) {
    var made = signalDays(detail.days, name), figure = el("figure"), caption = el("figcaption", "", made.words.signal);
    caption.append(" ", el("span", "quiet", message("signal_total", made.words)));
    figure.append(caption, made.drawing);
    section.append(figure);
  });
  return section;
}

// Signals and records. Most facts are one value; these combine several.
function signalFact(name) {
  return function (i) {
    var at = cells(), week = at[name + "_7d"][i], before = at[name + "_previous_7d"][i];
    if (!isKnown(at[name][i])) { return unknown(); }
    var words = el("span", "", grouped(at[name][i]) + " ");
    words.append(el("span", "quiet", message("week_against", { n: grouped(week), before: grouped(before) })), " ", changeOf(week - before));
    return words;
  };
}
function recordFact(name) {
  return function (i) {
    var at = cells(), rate = at[name + "_rate_shrunk"][i];
    if (!isKnown(at[name + "_n"][i])) { return unknown(); }
    var words = el("span", "", recordText(name, i) + " ");
    if (isKnown(rate)) { words.append(el("span", "quiet", message("rate_shrunk", { rate: percent(rate) }))); }
    return words;
  };
}
var FACTS = {
  alerts: signalFact("alerts"),
  wishes: signalFact("wishes"),
  maker_record: recordFact("maker"),
  category_record: recordFact("category"),
};
function recordsPart(i) {
  var section = part("signals_now");
  section.append(facts(data.facts.map(function (fact) {
    var isWhole = fact.key === "alerts" || fact.key === "wishes";
    return [labelOf(fact), FACTS[fact.key] ? FACTS[fact.key](i) : formatted(fact, i), isWhole ? "whole" : ""];
  })));
  return section;
}

function similarPart(i, detail) {
  var section = part("similar"), isAmount = cells().threshold_basis[i];
  if (isKnown(detail.near_duplicate_id)) {
    section.append(el("p", "near", message("near", {
      date: day(detail.near_duplicate_slot), id: typed(detail.near_duplicate_id), title: typed(detail.near_duplicate_title),
    })));
  }
  if (!detail.similar.length) { section.append(missing("similar_none")); return section; }
  var heads = [label("product"), label("threshold"), message("similar_demand"), message("similar_outcome")];
  section.append(figures(heads, detail.similar.map(function (own) {
    var name = el("span"), ran = el("span", "line quiet", day(own.ran_in));
    name.append(el("bdi", "", isKnown(own.title) ? typed(own.title) : message("untitled")), ran);
    if (isKnown(own.id)) { ran.append(" · ", el("code", "", typed(own.id))); }
    return [
      name,
      demandText(own.threshold, isAmount),
      isKnown(own.demand) ? demandText(own.demand, isAmount) : unknown(),
      el("span", "badge " + (own.hit ? "hit" : "miss"), message(own.hit ? "hit" : "miss")),
    ];
  })));
  return section;
}

// The panel takes the focus when the reader opens it, not when the language changes.
function openDetail(i, isRedrawn) {
  var isFirst = panel.hidden;
  state.opened = i;
  panel.hidden = false;
  document.body.classList.add("with-detail");
  panel.replaceChildren(headPart(i), probabilityPart(i), el("p", "none", message("detail_loading")));
  panel.scrollTop = 0;
  if (!isRedrawn) { document.getElementById("detail-name").focus({ preventScroll: true }); }
  // The panel makes the list narrower.
  if (isFirst && rowElement(i)) { rowElement(i).scrollIntoView({ block: "nearest" }); }
  var chosen = state.list;
  detailOf(i).then(function (found) {
    if (state.opened !== i || state.list !== chosen) { return; }
    var detail = found.detail;
    panel.lastChild.replaceWith(
      termsPart(i), changePart(i, detail), reasonsPart(i), curvePart(i, detail), ordersPart(i, found.curve),
      signalsPart(detail), recordsPart(i), similarPart(i, detail), linksPart(i, detail));
    panel.dataset.ready = cells().candidate_id[i];
  }, function () {
    if (state.opened === i) { panel.lastChild.replaceWith(missing("detail_broken")); }
  });
}

function closeDetail() {
  if (panel.hidden) { return; }
  state.opened = -1;
  panel.hidden = true;
  panel.replaceChildren();
  delete panel.dataset.ready;
  document.body.classList.remove("with-detail");
  moveTo(state.current, true);
}
