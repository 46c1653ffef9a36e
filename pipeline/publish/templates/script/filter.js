// Filters and sort order of the rows.
var wanted = { words: [], category: "", maker: "", flags: [] };

// Decomposed, so that an unfinished syllable matches the finished one.
function plain(text) { return text.normalize("NFD").toLowerCase(); }

var INITIALS = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ";
// Each syllable as its first consonant: `ㅁㄱㅋ` finds `머그컵`.
function initials(text) {
  return text.normalize("NFC").toLowerCase().replace(/[가-힣]/g, function (syllable) {
    return INITIALS[Math.floor((syllable.charCodeAt(0) - 0xac00) / 588)];
  });
}
// Input methods show the start of the next syllable as a single consonant at the end of a word.
function opened(word) {
  return word.replace(/[ㄱ-ㅎ]$/, function (consonant) {
    var place = INITIALS.indexOf(consonant);
    return place < 0 ? consonant : String.fromCharCode(0x1100 + place);
  });
}

function index() {
  if (!list().index) {
    var at = cells();
    var texts = at.title.map(function (title, i) {
      return [title, at.candidate_id[i], category(i), maker(i)].filter(isKnown).join("\n");
    });
    list().index = { whole: texts.map(plain), initials: null, texts: texts, makers: data.makers.map(plain) };
  }
  return list().index;
}

function wordTest(word) {
  var found = index();
  if (/^[ㄱ-ㅎ]+$/.test(word)) {
    found.initials = found.initials || found.texts.map(initials);
    return function (i) { return found.initials[i].includes(word); };
  }
  var sought = plain(opened(word));
  return function (i) { return found.whole[i].includes(sought); };
}

// Conditions that a row must meet.
function tests() {
  var all = wanted.words.map(wordTest);
  var at = cells();
  if (wanted.category) {
    var place = Number(wanted.category);
    all.push(function (i) { return at.category[i] === place; });
  }
  if (wanted.maker) {
    var sought = plain(wanted.maker);
    var exact = index().makers.indexOf(sought);
    all.push(function (i) {
      var own = at.maker_name[i];
      return isKnown(own) && (exact >= 0 ? own === exact : index().makers[own].includes(sought));
    });
  }
  var mask = wanted.flags.reduce(function (sum, flag) { return sum | (1 << data.flags.indexOf(flag)); }, 0);
  if (mask) { all.push(function (i) { return (at.flags[i] & mask) === mask; }); }
  return all;
}

// Texts are compared by the rules of the language, once per language; numbers by value.
function sortKeys(column) {
  var values = column.values();
  if (!column.isText) { return values; }
  var compare = new Intl.Collator(reader.language(), { numeric: true }).compare;
  var order = values.map(function (value, i) { return i; }).sort(function (a, b) { return compare(values[a], values[b]); });
  var keys = new Array(values.length);
  var key = -1;
  order.forEach(function (i, place) {
    if (place === 0 || compare(values[order[place - 1]], values[i]) !== 0) { key += 1; }
    keys[i] = key;
  });
  return keys;
}

function sorted() {
  var column = columnOf(state.sort);
  var name = state.sort + (column.isText ? reader.language() : "");
  list().keys = list().keys || {};
  var keys = list().keys[name] = list().keys[name] || sortKeys(column);
  var rank = cells().rank;
  var order = state.order;
  return rank.map(function (own, i) { return i; }).sort(function (a, b) {
    var left = keys[a], right = keys[b];
    // Unknown values come last in both sort orders.
    if (isKnown(left) !== isKnown(right)) { return isKnown(left) ? -1 : 1; }
    return (isKnown(left) && left !== right ? order * (left < right ? -1 : 1) : 0) || rank[a] - rank[b];
  });
}

function choose() {
  state.sorted = state.sorted || sorted();
  var all = tests();
  state.shown = all.length
    ? state.sorted.filter(function (i) { return all.every(function (test) { return test(i); }); })
    : state.sorted.slice();
}
