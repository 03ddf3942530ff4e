// Everything is readable without this script; it closes the contents on phones, keeps keyboard stops to what can be
// scrolled, and filters the table of printed numbers.
(() => {
  "use strict";

  const contents = document.querySelector(".contents details");
  if (contents) {
    const wide = matchMedia("(min-width: 64rem)");
    const fold = () => { contents.open = wide.matches; };
    wide.addEventListener("change", fold);
    fold();
  }

  // Browsers that print a closed panel closed are helped out.
  let opened = [];
  addEventListener("beforeprint", () => {
    opened = [...document.querySelectorAll("details:not([open])")];
    for (const panel of opened) panel.open = true;
  });
  addEventListener("afterprint", () => {
    for (const panel of opened) panel.open = false;
  });

  const regions = [...document.querySelectorAll(".scroll")];
  const markScrollable = () => {
    for (const region of regions) {
      if (region.scrollWidth > region.clientWidth + 1) region.tabIndex = 0;
      else region.removeAttribute("tabindex");
    }
  };
  addEventListener("resize", markScrollable);
  markScrollable();

  const filter = document.getElementById("filter");
  if (!filter) return;
  const boxes = [...filter.querySelectorAll("input[type=checkbox]")];
  const find = document.getElementById("find");
  const shown = document.getElementById("shown");
  const rows = [...document.querySelectorAll("#numbers-table tbody tr")].map((row) => ({
    row,
    verdict: row.dataset.verdict,
    text: [row.textContent, row.querySelector("details")?.textContent ?? ""].reduce((all, part) => all.replace(part, ""))
      .toLowerCase(),
  }));

  const apply = () => {
    const verdicts = new Set(boxes.filter((box) => box.checked).map((box) => box.value));
    const words = find.value.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    for (const { row, verdict, text } of rows) {
      row.hidden = !(verdicts.has(verdict) && words.every((word) => text.includes(word)));
      count += row.hidden ? 0 : 1;
    }
    shown.textContent = `${count} of ${shown.dataset.total} numbers shown`;
  };
  const clear = () => {
    for (const box of boxes) box.checked = true;
    find.value = "";
    apply();
  };

  // A link to a row that the filter hides shows the row again.
  const reveal = () => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target || !target.hidden) return;
    clear();
    target.scrollIntoView();
  };

  filter.addEventListener("input", apply);
  document.getElementById("clear").addEventListener("click", clear);
  addEventListener("hashchange", reveal);
  filter.hidden = false;
})();
