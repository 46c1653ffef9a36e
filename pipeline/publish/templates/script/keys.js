// Keys: j, k and arrows move the current row, Enter opens it, Escape closes it, / searches, ? shows the help.
var help = document.getElementById("help");

function step(by) {
  if (!state.shown.length) { return; }
  var place = state.shown.indexOf(state.current);
  var next = Math.max(0, Math.min(state.shown.length - 1, place + by));
  var isOpen = !panel.hidden;
  moveTo(state.shown[next], !isOpen);
  if (isOpen && state.opened !== state.current) { openDetail(state.current); }
}

function isTyping(target) {
  return target.closest("select, textarea, input") && !/^(checkbox|button)$/.test(target.type);
}

document.addEventListener("keydown", function (event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || help.open) { return; }
  var target = event.target;
  var menu = document.getElementById("columns");
  if (event.key === "Escape") {
    if (menu.open) { menu.open = false; menu.querySelector("summary").focus(); }
    else if (isTyping(target)) { target.blur(); }
    else { closeDetail(); }
    return;
  }
  if (isTyping(target)) { return; }
  var isInList = target.closest("#scroller, #detail") || target === document.body;
  // In the panel, arrows scroll.
  var isArrow = (event.key === "ArrowDown" || event.key === "ArrowUp") && target.closest("#scroller");
  if (event.key === "j" || (isArrow && event.key === "ArrowDown")) { step(1); }
  else if (event.key === "k" || (isArrow && event.key === "ArrowUp")) { step(-1); }
  else if (event.key === "Enter" && (target === document.body || target === scroller)) { openDetail(state.current); }
  else if (event.key === "/") { document.getElementById("find").focus(); }
  else if (event.key === "?") { help.showModal(); }
  else { return; }
  if (isInList || event.key === "/" || event.key === "?") { event.preventDefault(); }
});
document.getElementById("help-open").addEventListener("click", function () { help.showModal(); });
