// Texts, numbers and dates in the reader's language. Numbers follow the same rules as all exports: halves round to the
// even digit, and only certainty is shown as 0 % or 100 %.
var data = JSON.parse(document.getElementById("rows").textContent);

function message(key, values) {
  var text = data.texts[reader.language()][key];
  return values ? text.replace(/\{(\w+)\}/g, function (place, name) { return name in values ? values[name] : place; }) : text;
}
function flagName(flag) { return data.flag_texts[reader.language()][flag]; }

function isKnown(value) { return value !== null && value !== undefined; }

// `toFixed` is exact except for ties, which it rounds up. Only multiples of a power of two can be ties.
function fixed(value, places) {
  var scale = Math.pow(10, places);
  var scaled = Math.abs(value) * scale;
  var isTie = scaled % 1 === 0.5 && Number.isInteger(value * Math.pow(2, places + 1));
  if (!isTie) { return value.toFixed(places); }
  var below = Math.floor(scaled);
  var even = below % 2 === 0 ? below : below + 1;
  return ((value < 0 ? -even : even) / scale).toFixed(places);
}
function rounded(value, places) {
  var text = fixed(value, places);
  if (places > 0) { text = text.replace(/0+$/, "").replace(/\.$/, ""); }
  return text === "-0" ? "0" : text;
}
function grouped(value, places) {
  var parts = rounded(value, places || 0).split(".");
  parts[0] = parts[0].replace(/\B(?=(\d{3})+$)/g, ",");
  return parts.join(".");
}
function money(value) {
  var text = grouped(value, 2);
  return /\.\d$/.test(text) ? text + "0" : text;
}
function percent(share) {
  if (!Number.isFinite(share)) { return "–"; }
  if (share > 0 && share < 0.0005) { return "<0.1 %"; }
  if (share >= 0.9995 && share < 1) { return ">99.9 %"; }
  return rounded(100 * share, 1) + " %";
}
// Money of an offer in its own currency, if it has one.
function priced(text, own) {
  var currency = own || data.currency;
  if (currency === "KRW") { return message("won", { n: text }); }
  return currency ? currency + " " + text : text;
}
function price(value, own) { return priced(money(value), own); }
// Predicted amounts have no decimals.
function amount(value, own) { return priced(grouped(value, 0), own); }
function signed(value, places) { return (value < 0 || Object.is(value, -0) ? "-" : "+") + fixed(Math.abs(value), places); }
function demandText(value, isAmount) { return isAmount ? money(value) : grouped(value, 0); }
// Demand with its unit.
function withUnit(value, isAmount, own) { return isAmount ? priced(money(value), own) : message("units", { n: grouped(value, 2) }); }
// Word joiners prevent a line break after the dash.
function range(low, high) { return low + "\u2060–\u2060" + high; }

function named(key, place) { return message(key).split(",")[place]; }
function utc(iso) { return new Date(iso + "T00:00:00Z"); }
function day(iso) {
  var date = utc(iso);
  return message("date", {
    year: date.getUTCFullYear(),
    month: named("months", date.getUTCMonth()),
    day: date.getUTCDate(),
    weekday: named("weekdays", (date.getUTCDay() + 6) % 7),
  });
}
function shortDay(iso) {
  var date = utc(iso);
  return message("date_short", { month: named("months_short", date.getUTCMonth()), day: date.getUTCDate() });
}
function later(iso, days) { return new Date(utc(iso).getTime() + 864e5 * days).toISOString().slice(0, 10); }

// Text from outside, with replacement characters for control characters, which no font shows.
function typed(text) { return text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/g, "\ufffd"); }
