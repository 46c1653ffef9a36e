// Elements and small drawings. No text is ever parsed as markup.
function el(name, kind, text) {
  var element = document.createElement(name);
  if (kind) { element.className = kind; }
  if (text !== undefined) { element.textContent = text; }
  return element;
}
function svg(name, attributes) {
  var element = document.createElementNS("http://www.w3.org/2000/svg", name);
  Object.keys(attributes || {}).forEach(function (key) { element.setAttribute(key, attributes[key]); });
  return element;
}
function svgText(x, y, text, attributes) {
  var element = svg("text", Object.assign({ x: x, y: y }, attributes));
  element.textContent = text;
  return element;
}
function drawing(width, height, kind) {
  return svg("svg", {
    viewBox: "0 0 " + width + " " + height, width: width, height: height, class: kind,
    "aria-hidden": "true", focusable: "false",
  });
}
function tenth(value) { return value.toFixed(1); }

// Placeholder of an unknown value.
function unknown() { return el("span", "unknown", message("unknown")); }

// Only web addresses become links; nothing is loaded from them.
function isWeb(address) {
  if (!/^https?:\/\//i.test(address)) { return false; }
  try { return /^https?:$/.test(new URL(address).protocol); } catch (wrong) { return false; }
}
function link(address, text) {
  if (!isWeb(address)) { return el("bdi", "address", typed(address)); }
  var anchor = el("a", "out", text);
  anchor.href = address;
  anchor.rel = "noopener noreferrer";
  anchor.target = "_blank";
  anchor.referrerPolicy = "no-referrer";
  return anchor;
}

var BAR = 120;

// A bar for the probability, a whisker for its interval, a dashed line at the base rate. Hollow if data are thin.
function probabilityBar(p, low, high, base, isThin) {
  var drawn = drawing(BAR + 4, 14, "probability-bar");
  var x = function (share) { return tenth(2 + BAR * share); };
  drawn.append(svg("rect", { class: "track", x: 2, y: 4, width: BAR, height: 6 }));
  drawn.append(svg("rect", { class: isThin ? "bar hollow" : "bar", x: 2, y: 4, width: tenth(BAR * p), height: 6 }));
  if (base > 0 && base < 1) { drawn.append(svg("path", { class: "base", d: "M" + x(base) + " 0V14" })); }
  if (isKnown(low) && isKnown(high)) {
    var d = "M" + x(low) + " 7H" + x(high) + "M" + x(low) + " 4V10M" + x(high) + " 4V10";
    drawn.append(svg("path", { class: "whisker", d: d }));
  }
  return drawn;
}

// Demand relative to the threshold: the threshold is in the middle, a quarter of it at the left end, four times it at
// the right end, so that rows are comparable.
function demandSpan(threshold, p10, p50, p90, capacity) {
  var drawn = drawing(BAR + 8, 14, "demand-span");
  var x = function (value) {
    var doublings = Math.max(-2, Math.min(2, Math.log2(value / threshold)));
    return tenth(4 + BAR / 2 + doublings * BAR / 4);
  };
  drawn.append(svg("path", { class: "scale", d: "M4 7H" + (4 + BAR) }));
  drawn.append(svg("path", { class: "goal", d: "M" + x(threshold) + " 0V14" }));
  if (isKnown(capacity)) { drawn.append(svg("path", { class: "most", d: "M" + x(capacity) + " 2V12" })); }
  drawn.append(svg("path", { class: "range", d: "M" + x(p10) + " 7H" + x(p90) }));
  drawn.append(svg("circle", { class: "middle", cx: x(p50), cy: 7, r: 3 }));
  return drawn;
}
