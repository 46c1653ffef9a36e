// Charts of the detail panel: what-if curve, order curve, signals by day.
var WIDE = 440;

function chart(height, label) {
  var drawn = svg("svg", { viewBox: "0 0 " + WIDE + " " + height, class: "chart", role: "img", "aria-label": label });
  return drawn;
}

// Round ticks from 0 to `most`: steps of 1, 2 or 5 times a power of ten.
function ticks(most, steps) {
  var rough = most / steps;
  var power = Math.pow(10, Math.floor(Math.log10(rough)));
  var step = [1, 2, 5, 10].map(function (digit) { return digit * power; }).find(function (size) { return size >= rough; });
  var all = [];
  for (var index = 0; index * step <= most * 1.0001; index += 1) { all.push(index * step); }
  return all;
}

function path(points) {
  return points.map(function (point, place) { return (place ? "L" : "M") + tenth(point[0]) + " " + tenth(point[1]); }).join("");
}

// A smooth line that never rises through points that never rise
// (F. Fritsch, R. Carlson, Monotone piecewise cubic interpolation, SIAM J. Numer. Anal. 17, 1980).
function smooth(points) {
  if (points.length < 3) { return path(points); }
  var slopes = points.slice(1).map(function (point, k) { return (point[1] - points[k][1]) / (point[0] - points[k][0]); });
  var tangents = points.map(function (point, k) {
    if (k === 0) { return slopes[0]; }
    if (k === slopes.length) { return slopes[k - 1]; }
    return slopes[k - 1] * slopes[k] <= 0 ? 0 : 2 / (1 / slopes[k - 1] + 1 / slopes[k]);
  });
  return points.slice(1).reduce(function (d, point, k) {
    var third = (point[0] - points[k][0]) / 3;
    var from = [points[k][0] + third, points[k][1] + third * tangents[k]];
    var to = [point[0] - third, point[1] - third * tangents[k + 1]];
    return d + "C" + [from, to, point].map(function (at) { return tenth(at[0]) + " " + tenth(at[1]); }).join(" ");
  }, path(points.slice(0, 1)));
}

function axes(drawn, box, ys, xs) {
  ys.forEach(function (mark) {
    drawn.append(svg("path", { class: "grid", d: "M" + box.left + " " + tenth(mark[0]) + "H" + box.right }));
    drawn.append(svgText(box.left - 6, tenth(mark[0] + 4), mark[1], { "text-anchor": "end" }));
  });
  xs.forEach(function (mark) {
    drawn.append(svg("path", { class: "tick", d: "M" + tenth(mark[0]) + " " + box.bottom + "v4" }));
    drawn.append(svgText(tenth(mark[0]), box.bottom + 16, mark[1], { "text-anchor": "middle" }));
  });
}

// Hit probability by threshold: stored points, the thresholds at 90, 70 and 50 %, the proposed threshold.
function whatIf(i, detail) {
  var at = cells(), threshold = at.threshold[i], isAmount = at.threshold_basis[i];
  var box = { left: 46, right: WIDE - 14, top: 24, bottom: 176 };
  var stored = detail.curve.filter(function (point) { return isKnown(point[1]); });
  var most = stored[stored.length - 1][0];
  var vanishing = stored.find(function (point) { return point[1] < 0.02; });
  if (vanishing) { most = Math.max(vanishing[0], Math.min(most, 1.6 * threshold)); }
  var x = function (value) { return box.left + (box.right - box.left) * value / most; };
  var y = function (share) { return box.bottom - (box.bottom - box.top) * share; };
  var write = function (value) { return demandText(value, isAmount); };
  var labels = detail.marked.map(function (mark) { return percent(mark[0]) + " " + write(mark[1]); });
  var drawn = chart(206, message("curve_label", { points: labels.join(", ") }));
  axes(drawn, box,
    [0, 0.25, 0.5, 0.75, 1].map(function (share) { return [y(share), percent(share)]; }),
    ticks(most, 5).map(function (value) { return [x(value), write(value)]; }));
  drawn.append(svgText(box.right, box.bottom + 28, message("curve_axis"), { "text-anchor": "end", class: "name" }));
  // A threshold of 0 is always reached.
  var points = [[0, 1]].concat(stored, detail.marked.map(function (mark) { return [mark[1], mark[0]]; }), [[threshold, at.p_hit[i]]])
    .filter(function (point) { return point[0] <= most * 1.0001; })
    .sort(function (a, b) { return a[0] - b[0]; })
    .filter(function (point, k, all) { return k === 0 || point[0] > all[k - 1][0] * 1.0001; });
  drawn.append(svg("path", { class: "goal", d: "M" + tenth(x(threshold)) + " " + (box.top - 6) + "V" + box.bottom }));
  drawn.append(svg("path", { class: "curve", d: smooth(points.map(function (point) { return [x(point[0]), y(point[1])]; })) }));
  detail.marked.filter(function (mark) { return mark[1] <= most; }).forEach(function (mark) {
    drawn.append(svg("circle", { class: "mark", cx: tenth(x(mark[1])), cy: tenth(y(mark[0])), r: 3.5 }));
    // Above the curve on its right, unless the label of the proposed threshold is there.
    var before = x(threshold) - x(mark[1]);
    var isBelow = before > -4 && before < 46;
    drawn.append(svgText(tenth(x(mark[1]) + (isBelow ? -8 : 8)), tenth(y(mark[0]) + (isBelow ? 12 : -3)), percent(mark[0]),
      { class: "marked", "text-anchor": isBelow ? "end" : "start" }));
  });
  drawn.append(svg("circle", { class: "proposed", cx: tenth(x(threshold)), cy: tenth(y(at.p_hit[i])), r: 4.5 }));
  var isRight = x(threshold) > WIDE / 2;
  drawn.append(svgText(tenth(x(threshold)), 12, message("curve_proposed") + " " + write(threshold) + " · " + percent(at.p_hit[i]),
    { class: "marked", "text-anchor": isRight ? "end" : "start" }));
  return drawn;
}

function hoursText(hours) {
  var isDays = hours % 24 === 0 || (hours > 48 && hours % 12 === 0);
  return isDays ? message("orders_days", { n: grouped(hours / 24, 1) }) : message("orders_hours", { n: grouped(hours) });
}

// Orders by hour: the category's shares times expected demand, or the shares alone.
function orderCurve(i, curve) {
  var at = cells(), demand = at.demand_p50[i], isAmount = at.threshold_basis[i];
  var scale = isKnown(demand) ? demand : 1;
  var write = function (value) { return isKnown(demand) ? demandText(value, isAmount) : percent(value); };
  var box = { left: 58, right: WIDE - 14, top: 14, bottom: 150 };
  var last = curve.hours[curve.hours.length - 1] || 1;
  var goal = isKnown(demand) ? at.threshold[i] : null;
  var most = Math.max.apply(null, curve.p90.concat(curve.mean)) * scale;
  if (isKnown(goal) && goal < 3 * most) { most = Math.max(most, goal * 1.05); }
  var x = function (hour) { return box.left + (box.right - box.left) * hour / last; };
  var y = function (value) { return box.bottom - (box.bottom - box.top) * value / most; };
  var points = function (shares) { return shares.map(function (share, k) { return [x(curve.hours[k]), y(share * scale)]; }); };
  var drawn = chart(176, message("orders_label", {
    points: orderTimes(curve).map(function (k) { return hoursText(curve.hours[k]) + " " + write(curve.mean[k] * scale); }).join(", "),
  }));
  var step = last > 24 * 10 ? Math.ceil(last / 24 / 7) * 24 : last > 30 ? 24 : 6;
  var hours = [];
  for (var hour = 0; hour <= last; hour += step) { hours.push(hour); }
  axes(drawn, box, ticks(most, 4).map(function (value) { return [y(value), write(value)]; }),
    hours.map(function (one) { return [x(one), hoursText(one)]; }));
  drawn.append(svg("path", { class: "band", d: path(points(curve.p90)) + path(points(curve.p10).reverse()).replace("M", "L") + "Z" }));
  if (isKnown(goal) && goal <= most) {
    drawn.append(svg("path", { class: "goal", d: "M" + box.left + " " + tenth(y(goal)) + "H" + box.right }));
    // The curve rises, so there is space below it on the right and above it on the left.
    var isLow = goal < most / 2;
    drawn.append(svgText(isLow ? box.right - 4 : box.left + 6, tenth(y(goal) - 4), message("term_threshold") + " " + write(goal),
      { class: "marked", "text-anchor": isLow ? "end" : "start" }));
  }
  drawn.append(svg("path", { class: "curve", d: path(points(curve.mean)) }));
  return drawn;
}

// Hours after one day, half the window and the whole window.
function orderTimes(curve) {
  var last = curve.hours.length - 1;
  var near = function (hour) {
    return curve.hours.reduce(function (best, own, k) { return Math.abs(own - hour) < Math.abs(curve.hours[best] - hour) ? k : best; }, 0);
  };
  return [near(24), near(curve.hours[last] / 2), last].filter(function (k, place, all) { return all.indexOf(k) === place; });
}

// One bar per day of the last four weeks.
function signalDays(days, name) {
  var counts = days[name], after = days.after;
  var last = Math.max.apply(null, after);
  var total = counts.reduce(function (sum, count) { return sum + count; }, 0);
  var most = Math.max.apply(null, counts);
  var box = { left: 4, right: WIDE - 4, top: 6, bottom: 46 };
  var words = { signal: message("signal_" + name), n: grouped(total), most: grouped(most) };
  var drawn = chart(64, message("signal_label", words));
  var wide = (box.right - box.left) / (last + 1);
  drawn.append(svg("path", { class: "grid", d: "M" + box.left + " " + box.bottom + "H" + box.right }));
  counts.forEach(function (count, k) {
    var high = most ? (box.bottom - box.top) * count / most : 0;
    var bar = svg("rect", {
      class: "day", x: tenth(box.left + wide * after[k] + 1), width: tenth(Math.max(1, wide - 2)),
      y: tenth(box.bottom - high), height: tenth(high),
    });
    var title = svg("title");
    title.textContent = day(later(days.first, after[k])) + ": " + grouped(count);
    bar.append(title);
    drawn.append(bar);
  });
  drawn.append(svgText(box.left, 60, shortDay(days.first)));
  drawn.append(svgText(box.right, 60, shortDay(later(days.first, last)), { "text-anchor": "end" }));
  return { drawing: drawn, words: words };
}
